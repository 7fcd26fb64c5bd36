//! Parameters: what we count in models of every packing, what the packages count, and what is known to be in them.

use std::{collections::BTreeMap, fs::File, path::Path};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{Config, Parameters, Tensor, inspect_reader};
use hubkit_tests::{Home, Node, Served, Server, library};
use serde_json::{Map, Value, json};

use crate::{
    gguf::{BLOCKS, file_of},
    packings::{PACKINGS, Packing},
};

/// What the packages count, by the name of the model.
pub(crate) struct Counts {
    served: Served,
    theirs: BTreeMap<String, Theirs>,
}

/// Parameters by the type of the elements.
type ByType = BTreeMap<String, u64>;

/// What the packages count in a model, and what our server said that it has.
struct Theirs {
    counted: ByType,
    told: Option<ByType>,
}

impl Theirs {
    fn of(value: &Value) -> Result<Self> {
        let by_type = |key| {
            value
                .get(key)
                .map(|counts| serde_json::from_value(counts.clone()))
                .transpose()
        };
        Ok(Self {
            counted: by_type("counted")?.context("nothing was counted")?,
            told: by_type("told")?,
        })
    }
}

/// Makes the models, serves them, and asks the packages once for all.
pub(crate) fn counted(node: &Node) -> Result<Counts> {
    let mut served = library()?;
    for packing in PACKINGS {
        served = with_model(served, packing)?;
    }
    for (name, tensors, _) in BLOCKS {
        served = served.file("models/lab/blocks", name, file_of(tensors)?)?;
    }
    let (home, server) = (Home::new()?, Server::start(served.path())?);
    let nothing: [&str; 0] = [];
    let script = node
        .script(&home, "counts.mjs", nothing)
        .at(server.endpoint())
        .env("PLAIN", served.path());
    let found = script.run()?.success()?.json()?;
    let found = found.as_object().context("expected an object")?;
    let theirs = found
        .iter()
        .map(|(name, value)| Ok((name.clone(), Theirs::of(value)?)));
    Ok(Counts {
        theirs: theirs.collect::<Result<_>>()?,
        served,
    })
}

/// Holds the counts of one model against each other.
pub(crate) fn check(counts: &Counts, packing: &Packing) -> Result<()> {
    let repo = counts
        .served
        .repo(&format!("models/packed/{}", packing.name));
    let config = (!packing.config.is_empty())
        .then(|| Config::parse(packing.config.as_bytes()))
        .transpose()?;
    let ours = Parameters::count(&tensors_below(&repo)?, config.as_ref());
    ensure!(
        ours.total == packing.parameters,
        "expected {}, we count {}",
        packing.parameters,
        ours.total
    );
    let theirs = counts
        .theirs
        .get(packing.name)
        .context("the packages did not count it")?;
    ensure!(
        theirs.told.as_ref() == Some(&ours.logical),
        "our server told {:?}, we count {:?}",
        theirs.told,
        ours.logical
    );
    let counted = &theirs.counted;
    match packing.differs {
        None => ensure!(
            *counted == ours.logical,
            "they count {counted:?}, we {:?}",
            ours.logical
        ),
        Some((number, why)) => {
            let found: u64 = counted.values().sum();
            ensure!(
                found == number,
                "we differ, since {why}: expected {number} of them, found {found}"
            );
        }
    }
    Ok(())
}

/// Holds the counts of all GGUF files against each other.
pub(crate) fn check_gguf(counts: &Counts) -> Result<()> {
    let files: Vec<_> = counts
        .theirs
        .iter()
        .filter(|(name, _)| name.ends_with(".gguf"))
        .collect();
    ensure!(
        files.len() > BLOCKS.len() + 2,
        "too few files: {}",
        files.len()
    );
    for (name, theirs) in files {
        let path = counts.served.path().join("models").join(name);
        let inspection = inspect_reader(&mut File::open(path)?).with_context(|| name.clone())?;
        let ours = Parameters::count(&inspection.tensors, None).total;
        ensure!(
            Some(&ours) == theirs.counted.get("all"),
            "of {name} they count {:?}, we {ours}",
            theirs.counted
        );
        let known = BLOCKS.iter().find(|(known, ..)| name.ends_with(known));
        ensure!(
            known.is_none_or(|(.., known)| *known == ours),
            "of {name} we count {ours}"
        );
    }
    Ok(())
}

fn tensors_below(folder: &Path) -> Result<Vec<Tensor>> {
    let mut tensors = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "safetensors") {
            tensors.extend(inspect_reader(&mut File::open(path)?)?.tensors);
        }
    }
    Ok(tensors)
}

fn with_model(mut served: Served, packing: &Packing) -> Result<Served> {
    let repo = format!("models/packed/{}", packing.name);
    if !packing.config.is_empty() {
        served = served.file(&repo, "config.json", packing.config)?;
    }
    if let [tensors] = packing.shards {
        return served.file(&repo, "model.safetensors", safetensors(tensors)?);
    }
    let mut weight_map = Map::new();
    for (number, tensors) in packing.shards.iter().enumerate() {
        let name = format!(
            "model-{:05}-of-{:05}.safetensors",
            number + 1,
            packing.shards.len()
        );
        for tensor in tensors.split_whitespace() {
            let tensor = tensor.split(':').next().unwrap_or_default();
            weight_map.insert(tensor.to_owned(), Value::from(name.as_str()));
        }
        served = served.file(&repo, &name, safetensors(tensors)?)?;
    }
    let index = json!({"metadata": {}, "weight_map": weight_map});
    served.file(&repo, "model.safetensors.index.json", index.to_string())
}

/// A file of such tensors, all zero.
fn safetensors(tensors: &str) -> Result<Vec<u8>> {
    let (mut header, mut end) = (Map::new(), 0);
    for tensor in tensors.split_whitespace() {
        let parts: Vec<&str> = tensor.split(':').collect();
        let [name, dtype, lengths] = parts[..] else {
            anyhow::bail!("expected NAME:TYPE:SHAPE, found {tensor}");
        };
        let lengths = lengths.split('x').filter(|length| !length.is_empty());
        let shape = lengths.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let digits = dtype.split('_').next().unwrap_or_default();
        let bits: usize = digits
            .trim_start_matches(|letter: char| letter.is_ascii_alphabetic())
            .parse()?;
        let begin = end;
        end += (shape.iter().product::<usize>() * bits).div_ceil(8);
        header.insert(
            name.to_owned(),
            json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}),
        );
    }
    let header = Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + end, 0);
    Ok(file)
}
