//! First cards are read by Python's client as they are meant, whatever the files hold that they were made of.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Python, trial};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "first_cards_say_to_python_what_they_were_made_to_say",
        python,
        cards,
    )]
}

/// Texts that YAML 1.1, YAML 1.2, Markdown or Python would take for something else than words.
const ODD: [&str; 6] = [
    "no",
    "1e3",
    "a\n---\nlicense: mit\n---",
    "\"\"\"); import os #",
    "`|</td>",
    "2020-01-01",
];

fn cards(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let llama = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": 131_072,
        "hidden_size": 2048, "num_attention_heads": 32, "num_hidden_layers": 16, "vocab_size": 128_256,
    });
    let lora = json!({
        "base_model_name_or_path": "meta-llama/Llama-3.2-1B", "peft_type": "LORA", "r": 16, "lora_alpha": 32,
        "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM",
    });
    let whisper = json!({ "lang_to_id": { "<|en|>": 1, "<|no|>": 2, "<|yue|>": 3 } });
    let pipeline = json!({ "_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"] });
    let info = json!({
        "license": "cc-by-4.0", "splits": { "train": { "num_examples": 25_000 } },
        "features": { "no": { "_type": "Value", "dtype": "string" }, "label": { "_type": "ClassLabel", "names": ["no", "yes", "1"] } },
    });
    let mut made = vec![
        make(&home, "model", "llama", &[("config.json", &llama)])?,
        make(&home, "model", "lora", &[("adapter_config.json", &lora)])?,
        make(
            &home,
            "model",
            "whisper",
            &[("generation_config.json", &whisper)],
        )?,
        make(
            &home,
            "model",
            "pipeline",
            &[("model_index.json", &pipeline)],
        )?,
        make(&home, "dataset", "words", &[("dataset_info.json", &info)])?,
        make(&home, "space", "nothing", &[])?,
    ];
    for (number, odd) in ODD.iter().enumerate() {
        let config = json!({
            "architectures": [odd], "model_type": odd, "id2label": { "0": odd }, "_name_or_path": odd, "language": odd,
        });
        let adapter = json!({
            "base_model_name_or_path": odd, "peft_type": odd, "target_modules": [odd], "revision": odd, "task_type": odd,
        });
        let columns = json!({ "features": { *odd: { "_type": "Value", "dtype": odd }, "x": { "_type": "ClassLabel", "names": [odd] } } });
        let name = format!("odd-{number}");
        made.push(make(
            &home,
            "model",
            &name,
            &[("config.json", &config), ("adapter_config.json", &adapter)],
        )?);
        made.push(make(
            &home,
            "dataset",
            &format!("{name}-data"),
            &[("dataset_info.json", &columns)],
        )?);
    }
    let checked = python
        .script(&home, "cards/check_new.py", &made)
        .run()?
        .success()?;
    let count = made.len();
    let (cards, snippets) = checked
        .stdout
        .trim()
        .split_once(' ')
        .context("two numbers")?;
    ensure!(cards == count.to_string(), "{checked}");
    ensure!(snippets.parse::<usize>()? > 8, "{checked}");
    Ok(())
}

/// Makes a card of a folder with these files, and gives the name of the file that says what came of it.
fn make(home: &Home, kind: &str, name: &str, files: &[(&str, &Value)]) -> Result<String> {
    let folder = home.path().join(name);
    fs::create_dir(&folder)?;
    for (path, value) in files {
        fs::write(folder.join(path), value.to_string())?;
    }
    let words = ["card", "new", name, "--repo-type", kind, "--format", "json"];
    let outcome = home.hubkit(words)?.offline().run()?.success()?;
    let file = home.path().join(format!("{name}.json"));
    fs::write(&file, &outcome.stdout)?;
    Ok(file.display().to_string())
}
