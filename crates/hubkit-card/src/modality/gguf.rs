//! What the architecture of a GGUF file tells.
//!
//! The names are those of llama.cpp (`MODEL_ARCH_NAMES` of its package `gguf`, 0.19). Those that also read images are not
//! here: whether they do is told by a file of its own (`mmproj`), and by the card. Nor are those of other programs, in
//! which one name stands for making and for changing images.

/// Architectures that give a vector for a text, sorted.
const VECTORS: &[&str] = &[
    "bert",
    "eurobert",
    "gemma-embedding",
    "jina-bert-v2",
    "jina-bert-v3",
    "llama-embed",
    "modern-bert",
    "neo-bert",
    "nomic-bert",
    "nomic-bert-moe",
    "t5encoder",
];

/// Architectures that go on with a text, sorted.
const WRITERS: &[&str] = &[
    "afmoe",
    "apertus",
    "arcee",
    "arctic",
    "arwkv7",
    "baichuan",
    "bailingmoe",
    "bailingmoe2",
    "bitnet",
    "bloom",
    "chatglm",
    "codeshell",
    "cohere2",
    "command-r",
    "dbrx",
    "deci",
    "deepseek",
    "deepseek2",
    "dots1",
    "dream",
    "ernie4_5",
    "ernie4_5-moe",
    "exaone",
    "exaone-moe",
    "exaone4",
    "falcon",
    "falcon-h1",
    "gemma",
    "gemma2",
    "gemma3",
    "gemma3n",
    "gemma4",
    "glm-dsa",
    "glm4",
    "glm4moe",
    "gpt-oss",
    "gpt2",
    "gptj",
    "gptneox",
    "granite",
    "granitehybrid",
    "granitemoe",
    "grok",
    "grovemoe",
    "hunyuan-dense",
    "hunyuan-moe",
    "internlm2",
    "jais",
    "jais2",
    "jamba",
    "kimi-linear",
    "lfm2",
    "lfm2moe",
    "llada",
    "llada-moe",
    "llama",
    "llama4",
    "maincoder",
    "mamba",
    "mamba2",
    "mimo2",
    "minicpm",
    "minicpm3",
    "minimax-m2",
    "mistral3",
    "mistral4",
    "mpt",
    "nemotron",
    "nemotron_h",
    "nemotron_h_moe",
    "olmo",
    "olmo2",
    "olmoe",
    "openelm",
    "orion",
    "pangu-embedded",
    "phi2",
    "phi3",
    "phimoe",
    "plamo",
    "plamo2",
    "plamo3",
    "plm",
    "qwen",
    "qwen2",
    "qwen2moe",
    "qwen3",
    "qwen35",
    "qwen35moe",
    "qwen3moe",
    "qwen3next",
    "refact",
    "rnd1",
    "rwkv6",
    "rwkv6qwen2",
    "rwkv7",
    "seed_oss",
    "smallthinker",
    "smollm3",
    "stablelm",
    "starcoder",
    "starcoder2",
    "step35",
    "xverse",
];

/// The task of an architecture.
pub(super) fn task(architecture: &str) -> Option<&'static str> {
    let is_of = |names: &[&str]| names.binary_search(&architecture).is_ok();
    if is_of(WRITERS) {
        Some("text-generation")
    } else if is_of(VECTORS) {
        Some("feature-extraction")
    } else if architecture == "t5" {
        Some("text2text-generation")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_told_once() {
        for names in [VECTORS, WRITERS] {
            assert!(names.is_sorted());
        }
        assert!(VECTORS.iter().all(|name| !WRITERS.contains(name)));
        assert_eq!(task("llama"), Some("text-generation"));
        assert_eq!(task("nomic-bert"), Some("feature-extraction"));
        assert_eq!(task("clip"), None);
        assert_eq!(task("qwen2vl"), None);
    }
}
