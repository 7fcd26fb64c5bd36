//! Which programs read a model, by the files that are there.

use hubkit_types::RepoPath;
use serde_json::Value;

use crate::WeightsFormat;

/// A program, or a family of them, that reads the files that are there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Runner {
    /// The program.
    pub name: &'static str,
    /// By what that is told, or what it takes: a fragment in lower case.
    pub reason: String,
}

/// Says which programs read a model, by the names of its files and its `config.json`.
///
/// That a program reads the files does not say that it knows the architecture, nor that the machine is large enough.
pub fn runners(paths: &[RepoPath], config: Option<&Value>) -> Vec<Runner> {
    let files = Files { paths, config };
    let found = RULES.iter().filter_map(|(name, rule)| {
        let reason = rule(&files)?;
        Some(Runner { name, reason })
    });
    found.collect()
}

struct Files<'a> {
    paths: &'a [RepoPath],
    config: Option<&'a Value>,
}

type Rule = fn(&Files<'_>) -> Option<String>;

const RULES: [(&str, Rule); 16] = [
    ("transformers", transformers),
    ("sentence-transformers", |files| files.named("modules.json")),
    ("diffusers", |files| files.named("model_index.json")),
    ("PEFT", |files| files.named("adapter_config.json")),
    ("timm", timm),
    ("vLLM", vllm),
    ("candle", candle),
    ("mlx-lm", mlx),
    ("llama.cpp", |files| files.of(WeightsFormat::Gguf)),
    ("ONNX Runtime", |files| files.of(WeightsFormat::Onnx)),
    ("transformers.js", transformers_js),
    ("PyTorch", pytorch),
    ("Keras", keras),
    ("OpenVINO", |files| files.of(WeightsFormat::OpenVino)),
    ("Core ML", |files| files.of(WeightsFormat::CoreMl)),
    ("LiteRT", |files| files.of(WeightsFormat::LiteRt)),
];

fn transformers(files: &Files<'_>) -> Option<String> {
    let config = files.model_config()?;
    let at_top = |extension: &str, start: &str| {
        files.paths.iter().any(|path| {
            path.parent().is_none()
                && path.has_extension(extension)
                && path.file_name().starts_with(start)
        })
    };
    let weights = match () {
        () if at_top("safetensors", "model") => "safetensors",
        () if at_top("bin", "pytorch_model") => "a pickle, which version 5 refuses",
        () => return None,
    };
    let code = config.get("auto_map").is_some_and(|map| !map.is_null());
    let code = if code {
        ", and only by running the repository's own code"
    } else {
        ""
    };
    Some(format!("config.json and {weights}{code}"))
}

fn timm(files: &Files<'_>) -> Option<String> {
    let config = files.config?;
    config
        .get("pretrained_cfg")
        .filter(|config| config.is_object())?;
    Some("config.json with `pretrained_cfg`".to_owned())
}

fn vllm(files: &Files<'_>) -> Option<String> {
    let config = files.model_config()?;
    let named = config.get("architectures")?.as_array()?.iter();
    let mut named = named.filter_map(Value::as_str);
    let class = named
        .find(|name| name.ends_with("ForCausalLM") || name.ends_with("ForConditionalGeneration"))?;
    files.top_safetensors()?;
    // The name is a stranger's, and letters and digits are all that a class needs.
    let is_plain = class
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_plain.then(|| format!("{class} in safetensors"))
}

fn candle(files: &Files<'_>) -> Option<String> {
    let safetensors = files.model_config().and_then(|_| files.top_safetensors());
    safetensors.or_else(|| files.of(WeightsFormat::Gguf))
}

fn mlx(files: &Files<'_>) -> Option<String> {
    files
        .model_config()?
        .get("quantization")?
        .get("group_size")?;
    files.top_safetensors()?;
    Some("weights packed by MLX".to_owned())
}

fn transformers_js(files: &Files<'_>) -> Option<String> {
    files.model_config()?;
    let mut paths = files.paths.iter();
    let in_folder = |path: &RepoPath| path.has_extension("onnx") && path.parent() == Some("onnx");
    paths
        .any(in_folder)
        .then(|| "config.json and onnx/".to_owned())
}

fn pytorch(files: &Files<'_>) -> Option<String> {
    let is_checkpoint = |path: &&RepoPath| {
        ["pt", "pth", "ckpt"]
            .iter()
            .any(|ending| path.has_extension(ending))
            && !crate::layout::is_training_state(path.file_name())
    };
    let path = files.paths.iter().find(is_checkpoint)?;
    Some(format!("{path}, a pickle, which can run code"))
}

fn keras(files: &Files<'_>) -> Option<String> {
    let mut paths = files.paths.iter();
    let found = paths.find(|path| path.has_extension("keras") || path.has_extension("h5"));
    found.map(ToString::to_string)
}

impl Files<'_> {
    /// `config.json`, where it names a family or a class of models.
    fn model_config(&self) -> Option<&Value> {
        let names = ["model_type", "architectures"];
        let config = self.config?;
        names
            .iter()
            .any(|name| config.get(name).is_some())
            .then_some(config)
    }

    fn named(&self, name: &str) -> Option<String> {
        let mut paths = self.paths.iter();
        paths
            .any(|path| path.as_str() == name)
            .then(|| name.to_owned())
    }

    fn of(&self, format: WeightsFormat) -> Option<String> {
        let mut paths = self.paths.iter();
        let found = paths.find(|path| WeightsFormat::of(path) == Some(format));
        found.map(ToString::to_string)
    }

    fn top_safetensors(&self) -> Option<String> {
        let is_it = |path: &&RepoPath| path.parent().is_none() && path.has_extension("safetensors");
        self.paths.iter().find(is_it)?;
        Some("config.json and safetensors".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], config: &str, expected: &[&str]) {
        let paths: Vec<RepoPath> = names
            .iter()
            .map(|name| name.parse().expect("a path"))
            .collect();
        let config = serde_json::from_str(config).ok();
        let found: Vec<&str> = runners(&paths, config.as_ref())
            .iter()
            .map(|runner| runner.name)
            .collect();
        assert_eq!(found, expected, "{names:?}");
    }

    #[test]
    fn what_is_there_says_who_reads_it() {
        let llama = r#"{"architectures":["LlamaForCausalLM"]}"#;
        let bert = r#"{"model_type":"bert"}"#;
        check(
            &["config.json", "model.safetensors"],
            llama,
            &["transformers", "vLLM", "candle"],
        );
        check(
            &[
                "model.safetensors",
                "modules.json",
                "onnx/model.onnx",
                "tf_model.h5",
                "openvino_model.xml",
            ],
            bert,
            &[
                "transformers",
                "sentence-transformers",
                "candle",
                "ONNX Runtime",
                "transformers.js",
                "Keras",
                "OpenVINO",
            ],
        );
        check(&["m-Q4_K_M.gguf"], "", &["candle", "llama.cpp"]);
        check(&["model.safetensors"], "", &[]);
        check(&["optimizer.pt", "best.pt"], "", &["PyTorch"]);
        check(
            &["model.safetensors"],
            r#"{"model_type":"x","quantization":{"group_size":64,"bits":4}}"#,
            &["transformers", "candle", "mlx-lm"],
        );
    }

    #[test]
    fn what_it_takes_is_told() {
        let paths = ["model.safetensors".parse().expect("a path")];
        let config = serde_json::json!({"model_type": "x", "auto_map": {"AutoModel": "m.M"}});
        let found = runners(&paths, Some(&config));
        assert!(found[0].reason.contains("own code"), "{found:?}");
    }
}
