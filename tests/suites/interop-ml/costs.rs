//! What models cost: what we tell from their files, and what transformers, accelerate and hf-mem find.

use std::{
    collections::BTreeMap,
    fs::{self, File},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{
    Architecture, AttentionKind, CacheType, Config, Memory, MemoryRequest, Parameters, Tensor,
    inspect_reader,
};
use hubkit_tests::{Home, Python, Served, Server};
use serde_json::Value;

/// How many tokens the models read.
const TOKENS: u64 = 20;

/// Models of which hf-mem does not count what is kept, and why.
const HF_MEM_DIFFERS: [(&str, &str); 13] = [
    (
        "mistral",
        "it takes no window of a model that names no layers",
    ),
    ("phi3", "it takes no window of a model that names no layers"),
    (
        "starcoder2",
        "it takes no window of a model that names no layers",
    ),
    (
        "qwen2",
        "it gives layers with a window as much as the others, as vLLM reserves",
    ),
    (
        "gemma2",
        "it gives layers with a window as much as the others",
    ),
    (
        "gemma3_text",
        "it gives layers with a window as much as the others",
    ),
    (
        "cohere2",
        "it gives layers with a window as much as the others",
    ),
    (
        "olmo3",
        "it gives layers with a window as much as the others",
    ),
    (
        "gpt_oss",
        "it gives layers with a window as much as the others",
    ),
    ("falcon", "it does not know the one head for all"),
    ("deepseek_v3", "it does not know compressed keys"),
    (
        "qwen3_next",
        "it takes layers with a state for layers with a window",
    ),
    (
        "lfm2",
        "it takes layers with a state for layers with a window",
    ),
];

/// Models of which accelerate takes more for one layer than the largest numbered part, and why.
const LARGEST_DIFFERS: [(&str, &str); 1] = [(
    "bert",
    "all embeddings together are one part, with their buffers",
)];

pub(crate) struct Costs {
    served: Served,
    made: BTreeMap<String, Value>,
    accelerate: BTreeMap<String, Value>,
}

/// Makes the models, and asks all once.
pub(crate) fn costs(python: &Python) -> Result<Costs> {
    let (served, home) = (Served::new()?, Home::new()?);
    let ask = |what: &str| {
        python
            .script(&home, "interop-ml/costs.py", [served.path()])
            .env("COSTS", what)
    };
    let made = ask("make").run()?.success()?.last_line()?.to_owned();
    let server = Server::start(served.path())?;
    let accelerate = ask("ask")
        .at(server.endpoint())
        .run()?
        .success()?
        .last_line()?
        .to_owned();
    Ok(Costs {
        made: serde_json::from_str(&made)?,
        accelerate: serde_json::from_str(&accelerate)?,
        served,
    })
}

/// A check, and its name.
type Check = (&'static str, fn(&Costs) -> Result<()>);

pub(crate) const CHECKS: [Check; 5] = [
    ("the_parameters_are_those_of_the_loaded_model", parameters),
    ("the_cache_is_what_the_model_keeps", cache),
    ("hf_mem_agrees_where_it_knows_the_model", hf_mem),
    ("accelerate_agrees_on_weights_and_training", training),
    ("accelerate_agrees_on_the_largest_layer", largest_layer),
];

/// What we tell of one of the models.
struct Told {
    parameters: Parameters,
    architecture: Architecture,
    memory: Memory,
}

fn told(costs: &Costs, name: &str) -> Result<Told> {
    let folder = costs.served.repo(&format!("models/costs/{name}"));
    let config = Config::parse(&fs::read(folder.join("config.json"))?)?;
    let inspection = inspect_reader(&mut File::open(folder.join("model.safetensors"))?)?;
    let tensors: &[Tensor] = &inspection.tensors;
    let parameters = Parameters::count(tensors, Some(&config));
    let architecture = Architecture::of(Some(&config), &[&inspection]);
    let request = MemoryRequest {
        context: Some(TOKENS),
        batch: 1,
        cache_type: Some(CacheType::F16),
    };
    let memory = Memory::estimate(tensors, &parameters, &architecture, request);
    Ok(Told {
        parameters,
        architecture,
        memory,
    })
}

fn number(value: &Value, key: &str) -> Result<u64> {
    value
        .get(key)
        .and_then(Value::as_u64)
        .with_context(|| format!("expected a number at {key}: {value}"))
}

fn of_each(
    found: &BTreeMap<String, Value>,
    check: impl Fn(&str, &Value) -> Result<()>,
) -> Result<()> {
    ensure!(found.len() > 4, "too few models: {}", found.len());
    let faults = found.iter().filter_map(|(name, value)| {
        check(name, value)
            .err()
            .map(|fault| format!("{name}: {fault:#}"))
    });
    let faults: Vec<String> = faults.collect();
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn parameters(costs: &Costs) -> Result<()> {
    of_each(&costs.made, |name, made| {
        let ours = told(costs, name)?.parameters.total;
        let (theirs, buffers) = (number(made, "parameters")?, number(made, "buffers")?);
        // What is stored and not trained can't be told by its name.
        ensure!(
            ours == theirs + buffers,
            "we count {ours}, transformers {theirs} and {buffers} in buffers"
        );
        Ok(())
    })
}

fn cache(costs: &Costs) -> Result<()> {
    of_each(&costs.made, |name, made| {
        let told = told(costs, name)?;
        let ours = told.memory.cache.context("we tell no cache")?.total.bytes / 2;
        // transformers drops one token more than a window is long: the next one is not among them yet.
        let one_less =
            told.architecture.attention.iter().filter(
                |part| matches!(part.kind, AttentionKind::Sliding(window) if window <= TOKENS),
            );
        let one_less: u64 = one_less
            .map(|part| part.layers * part.kv_heads * (part.key_dim + part.value_dim))
            .sum();
        let theirs = number(made, "kept")?;
        ensure!(
            ours == theirs + one_less,
            "we tell {ours} numbers, transformers keeps {theirs} and {one_less} less than whole windows"
        );
        Ok(())
    })
}

fn hf_mem(costs: &Costs) -> Result<()> {
    of_each(&costs.made, |name, made| {
        let Some(theirs) = made.get("hf_mem").and_then(Value::as_u64) else {
            return Ok(());
        };
        let ours = told(costs, name)?
            .memory
            .cache
            .context("we tell no cache")?
            .total
            .bytes;
        match HF_MEM_DIFFERS.iter().find(|(differs, _)| *differs == name) {
            None => ensure!(ours == theirs, "we tell {ours}, hf-mem {theirs}"),
            Some((_, why)) => ensure!(ours < theirs, "no difference is left, though {why}"),
        }
        Ok(())
    })
}

fn training(costs: &Costs) -> Result<()> {
    of_each(&costs.accelerate, |name, found| {
        let told = told(costs, &format!("body-{name}"))?;
        let full = told
            .memory
            .loaded
            .iter()
            .find(|(kind, _)| *kind == "F32")
            .context("no F32")?
            .1
            .bytes;
        let buffers = number(found, "buffers")?;
        let total = number(found, "total")?;
        ensure!(
            full + buffers == total,
            "we tell {full}, accelerate {total} with {buffers} of buffers"
        );
        let training = told.memory.training.context("no training")?;
        // It trains its buffers too.
        ensure!(
            training.full.accelerate.bytes == number(found, "training")? - 4 * buffers,
            "in full precision"
        );
        ensure!(
            training.full.total.bytes == training.full.accelerate.bytes,
            "the sum is the step"
        );
        ensure!(
            training.mixed.accelerate.bytes == number(found, "mixed")? - 2 * buffers,
            "in mixed precision"
        );
        let parts = found.get("parts").context("no parts")?;
        ensure!(
            training.mixed.model.bytes == number(parts, "model")? - buffers,
            "the model"
        );
        ensure!(
            training.mixed.gradients.bytes == number(parts, "gradients")? - buffers * 3 / 2,
            "the gradients"
        );
        ensure!(
            training.mixed.optimizer.bytes == number(parts, "optimizer")? - buffers * 2,
            "the averages"
        );
        Ok(())
    })
}

fn largest_layer(costs: &Costs) -> Result<()> {
    of_each(&costs.accelerate, |name, found| {
        let told = told(costs, &format!("body-{name}"))?;
        let layer = told.memory.largest_layer.context("no layer")?;
        let (ours, theirs) = (layer.elements * 4, number(found, "largest")?);
        match LARGEST_DIFFERS.iter().find(|(differs, _)| *differs == name) {
            None => ensure!(
                ours == theirs,
                "we tell {ours} for {}, accelerate {theirs}",
                layer.name
            ),
            Some((_, why)) => ensure!(ours < theirs, "no difference is left, though {why}"),
        }
        Ok(())
    })
}
