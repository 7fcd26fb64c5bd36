//! `hubkit inspect`: what a person reads of models of several formats, near and far, and how it ends.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};
use serde_json::json;

const LAYERS: u64 = 4;

/// A file of safetensors with these tensors of zeros in 16 bits.
fn weights(tensors: &[(String, Vec<u64>)]) -> Result<Vec<u8>> {
    let mut end = 0;
    let mut header = serde_json::Map::new();
    for (name, shape) in tensors {
        let start = end;
        end += shape.iter().product::<u64>() * 2;
        let entry = json!({ "dtype": "BF16", "shape": shape, "data_offsets": [start, end] });
        header.insert(name.clone(), entry);
    }
    let header = serde_json::to_vec(&header)?;
    let mut file = u64::try_from(header.len())?.to_le_bytes().to_vec();
    file.extend_from_slice(&header);
    file.resize(file.len() + usize::try_from(end)?, 0);
    Ok(file)
}

/// The tensors of some layers of a very small llama.
fn layers(numbers: std::ops::Range<u64>) -> Vec<(String, Vec<u64>)> {
    let parts: [(&str, &[u64]); 9] = [
        ("input_layernorm", &[64]),
        ("mlp.down_proj", &[64, 160]),
        ("mlp.gate_proj", &[160, 64]),
        ("mlp.up_proj", &[160, 64]),
        ("post_attention_layernorm", &[64]),
        ("self_attn.k_proj", &[16, 64]),
        ("self_attn.o_proj", &[64, 64]),
        ("self_attn.q_proj", &[64, 64]),
        ("self_attn.v_proj", &[16, 64]),
    ];
    let tensors = numbers.flat_map(|number| {
        parts.map(|(part, shape)| {
            (
                format!("model.layers.{number}.{part}.weight"),
                shape.to_vec(),
            )
        })
    });
    tensors.collect()
}

/// A llama in two shards, with its configuration and its card.
fn llama() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let mut first = layers(0..2);
    first.push(("model.embed_tokens.weight".to_owned(), vec![128, 64]));
    let mut second = layers(2..LAYERS);
    second.push(("model.norm.weight".to_owned(), vec![64]));
    second.push(("lm_head.weight".to_owned(), vec![128, 64]));
    let names = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ];
    let map: serde_json::Map<_, _> = [&first, &second]
        .into_iter()
        .zip(names)
        .flat_map(|(shard, file)| {
            shard
                .iter()
                .map(move |(name, _)| (name.clone(), json!(file)))
        })
        .collect();
    let config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 160,
        "num_hidden_layers": LAYERS, "num_attention_heads": 8, "num_key_value_heads": 2,
        "max_position_embeddings": 2048, "vocab_size": 128, "torch_dtype": "bfloat16",
    });
    Ok(vec![
        (
            "README.md",
            b"---\nlicense: apache-2.0\npipeline_tag: text-generation\n---\n# Tiny\n".to_vec(),
        ),
        ("config.json", serde_json::to_vec(&config)?),
        (
            "model.safetensors.index.json",
            serde_json::to_vec(&json!({ "weight_map": map }))?,
        ),
        (names[0], weights(&first)?),
        (names[1], weights(&second)?),
    ])
}

fn write(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

fn serve(files: &[(&str, Vec<u8>)]) -> Result<(Served, Server)> {
    let mut folder = Served::new()?;
    for (name, bytes) in files {
        folder = folder.file("models/lab/tiny-llama", name, bytes)?;
    }
    let server = Server::start(folder.path())?;
    Ok((folder, server))
}

/// Runs `hubkit inspect` in a folder with these files.
fn inspect(files: &[(&str, Vec<u8>)], arguments: &[&str]) -> Result<Outcome> {
    let home = Home::new()?;
    write(&home.path().join("tiny"), files)?;
    let words = std::iter::once("inspect").chain(arguments.iter().copied());
    home.hubkit(words)?.offline().run()
}

/// What is printed fits a terminal of eighty columns, in plain text.
fn fits(outcome: &Outcome) -> Result<()> {
    for line in outcome.stdout.lines() {
        ensure!(line.chars().count() <= 80, "wide: {line}");
        ensure!(!line.chars().any(char::is_control), "not plain: {line:?}");
    }
    Ok(())
}

const SUMMARY: &str = "\
tiny
LlamaForCausalLM · 180K parameters · safetensors · 365.57 kB

parameters    180,800
dtypes        ████████████████████████  BF16 100 %
layers        4 × 64 hidden, 8 heads, 2 for keys and values, 128 tokens in the
              vocabulary
context       2,048 tokens
memory        361.60 kB weights + 524.29 kB cache for 2,048 tokens = 885.89 kB
training      2.89 MB with Adam in F32, 3.25 MB mixed
inputs        input_ids I64 [batch, sequence] (a text as numbers of tokens);
              attention_mask I64 [batch, sequence] (1 for a token, 0 for what
              only fills up)
outputs       logits F32 [batch, sequence, 128] (a score for each token of the
              vocabulary)
licence       apache-2.0
task          text-generation
read by       transformers, vLLM, candle
files         2 files, model-00001-of-00002.safetensors …
              model-00002-of-00002.safetensors
read          200.31 kB of 365.57 kB, on this machine
";

#[test]
fn a_model_in_shards_is_told_in_a_screenful() -> Result<()> {
    let outcome = inspect(&llama()?, &["tiny"])?.success()?;
    fits(&outcome)?;
    assert_eq!(outcome.stdout, SUMMARY);
    let batch = inspect(&llama()?, &["tiny", "--context", "512", "--batch", "3"])?.success()?;
    assert!(
        batch.stdout.contains("cache for 512 tokens × 3 sequences"),
        "{batch}"
    );
    Ok(())
}

#[test]
fn what_is_far_is_told_as_what_is_near() -> Result<()> {
    let files = llama()?;
    let (_served, server) = serve(&files)?;
    let home = Home::new()?;
    let run = |words: &[&str]| home.hubkit(words)?.at(server.endpoint()).run();
    let far = run(&["inspect", "lab/tiny-llama@main"])?.success()?;
    fits(&far)?;
    let near = inspect(&files, &["tiny"])?.success()?;
    let body = |outcome: &Outcome| {
        let lines = outcome.stdout.lines().skip(1);
        let lines = lines.filter(|line| !line.starts_with("read  "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(body(&far), body(&near));
    // Information with all files, the index, two shards, the configuration: the hub says itself what the card does.
    let requests = server.requests()?.len();
    assert_eq!(requests, 5);
    assert!(far.stdout.contains("in 5 requests"), "{far}");
    let one = "lab/tiny-llama/model-00002-of-00002.safetensors";
    let shard = run(&["inspect", one, "--tensors"])?.success()?;
    assert!(shard.stdout.contains("20 tensors in 1 file"), "{shard}");
    assert_eq!(
        server.requests()?.len(),
        requests + 1,
        "one file, one request"
    );
    let names = [
        "lab/tiny-llama",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ];
    let both = run(&[&["inspect", "--tree"][..], &names].concat())?.success()?;
    assert!(both.stdout.contains("layers ×4 (0–3)"), "{both}");
    assert_eq!(server.requests()?.len(), requests + 3);
    assert!(!home.cache().exists(), "nothing was kept");
    Ok(())
}

#[test]
fn layers_that_are_alike_are_drawn_once() -> Result<()> {
    let outcome = inspect(&llama()?, &["tiny", "--tree"])?.success()?;
    fits(&outcome)?;
    let expected = "\
├─ lm_head.weight                           8.19K  BF16 [128, 64]
└─ model                                     172K  345.22 kB
   ├─ embed_tokens.weight                   8.19K  BF16 [128, 64]
   ├─ layers ×4 (0–3)                        164K  328.70 kB
   │  ├─ input_layernorm.weight                64  BF16 [64]
   │  ├─ mlp                                30.7K  61.44 kB
";
    assert!(outcome.stdout.starts_with(expected), "{outcome}");
    let value = inspect(&llama()?, &["tiny", "--tree", "--format", "json"])?
        .success()?
        .json()?;
    let layers = &value["modules"]["modules"][1]["modules"][1]["modules"][0];
    assert_eq!(
        (&layers["count"], &layers["elements"]),
        (&json!(4), &json!(164_352))
    );
    Ok(())
}

#[test]
fn programs_are_told_everything_in_bytes() -> Result<()> {
    let outcome = inspect(&llama()?, &["tiny", "--format", "json"])?.success()?;
    let value = outcome.json()?;
    assert_eq!(value["parameters"]["total"], 180_800);
    assert_eq!(value["parameters"]["by_dtype"]["BF16"], 180_800);
    assert_eq!(value["memory"]["weights"], 361_600);
    // Two kinds, four layers, two heads of eight numbers in two bytes.
    assert_eq!(
        value["memory"]["cache"]["bytes_per_token"],
        2 * 4 * 2 * 8 * 2
    );
    assert_eq!(value["architecture"]["layers"], 4);
    assert_eq!(value["licenses"][0], "apache-2.0");
    assert_eq!(value["verdict"], "sound");
    assert_eq!(value["tensors"].as_array().map(Vec::len), Some(39));
    assert_eq!(
        value["files"][1]["path"],
        "model-00002-of-00002.safetensors"
    );
    assert_eq!(value["commit"], json!(null));
    let tensor = &value["tensors"][0];
    assert_eq!(
        (&tensor["dtype"], &tensor["shape"]),
        (&json!("BF16"), &json!([64]))
    );
    Ok(())
}

#[test]
fn a_shard_that_is_not_what_the_index_says_is_a_fault_and_the_rest_is_told() -> Result<()> {
    let mut files = llama()?;
    files[4].1 = weights(&layers(2..3))?;
    let outcome = inspect(&files, &["tiny"])?.expect_code(7)?;
    fits(&outcome)?;
    assert!(
        outcome.stdout.contains("FAULT") && outcome.stdout.contains("LlamaForCausalLM"),
        "{outcome}"
    );
    assert!(outcome.stderr.contains("is nowhere"), "{outcome}");
    files[4].1.truncate(20);
    let outcome = inspect(&files, &["tiny"])?.expect_code(7)?;
    assert!(
        outcome
            .stderr
            .contains("model-00002-of-00002.safetensors: the file is cut off"),
        "{outcome}"
    );
    Ok(())
}

#[test]
fn what_differs_between_two_models_is_told_layer_by_layer() -> Result<()> {
    let home = Home::new()?;
    let files = llama()?;
    for name in ["one", "same", "other"] {
        write(&home.path().join(name), &files)?;
    }
    let mut changed = layers(2..LAYERS);
    changed.push(("model.norm.weight".to_owned(), vec![64]));
    changed.retain(|(name, _)| !name.ends_with("k_proj.weight"));
    changed.push(("model.extra.weight".to_owned(), vec![3]));
    let mut bytes = weights(&changed)?;
    // The first bytes behind the header are those of a norm.
    let data = bytes.len()
        - usize::try_from(
            changed
                .iter()
                .map(|(_, shape)| shape.iter().product::<u64>() * 2)
                .sum::<u64>(),
        )?;
    bytes[data] = 1;
    let other = home.path().join("other");
    fs::write(other.join("model-00002-of-00002.safetensors"), bytes)?;
    fs::remove_file(other.join("model.safetensors.index.json"))?;
    let compare = |other: &str, more: &[&str]| {
        let words = ["inspect", "--compare", "./one", other]
            .into_iter()
            .chain(more.iter().copied());
        home.hubkit(words)?.offline().run()
    };
    let same = compare("./same", &[])?.success()?;
    assert_eq!(
        same.stdout.trim_end(),
        "no tensor differs; 39 equal to the last byte"
    );
    let outcome = compare("./other", &[])?.expect_code(1)?;
    let expected = "\
only in the first   lm_head.weight                                   BF16 [128, 64]
only in the first   model.layers.*.self_attn.k_proj.weight (2: 2–3)  BF16 [16, 64]
only in the second  model.extra.weight                               BF16 [3]
other bytes         model.layers.2.input_layernorm.weight            BF16 [64]

5 tensors differ; 35 equal to the last byte
";
    assert_eq!(outcome.stdout, expected);
    let value = compare("./other", &["--format", "json"])?
        .expect_code(1)?
        .json()?;
    assert_eq!(value["equal"], false);
    assert_eq!(
        value["other_bytes"][0],
        "model.layers.2.input_layernorm.weight"
    );
    home.hubkit(["inspect", "--compare", "./one"])?
        .offline()
        .run()?
        .expect_code(2)?;
    Ok(())
}

#[test]
fn far_models_are_compared_by_digest_and_read_when_asked() -> Result<()> {
    let files = llama()?;
    let (_served, server) = serve(&files)?;
    let home = Home::new()?;
    write(&home.path().join("near"), &files)?;
    let compare = |words: &[&str]| {
        let words = ["inspect", "--compare"]
            .into_iter()
            .chain(words.iter().copied());
        home.hubkit(words)?.at(server.endpoint()).run()
    };
    let name = "lab/tiny-llama";
    let same = compare(&[name, "lab/tiny-llama@main"])?.success()?;
    assert_eq!(
        same.stdout.trim_end(),
        "no tensor differs; 39 equal to the last byte"
    );
    let open = compare(&[name, "./near"])?.expect_code(2)?;
    assert!(
        open.stdout.contains("39 alike in name, type and shape"),
        "{open}"
    );
    let read = compare(&[name, "./near", "--bytes"])?.success()?;
    assert_eq!(
        read.stdout.trim_end(),
        "no tensor differs; 39 equal to the last byte"
    );
    Ok(())
}

/// One field of a protobuf message: a number, or bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or_default();
    [&[number << 3 | 2, length][..], content].concat()
}

/// An ONNX model that adds a weight to its input.
fn onnx() -> Vec<u8> {
    let dimensions = [field(1, &field(2, b"batch")), field(1, &[1 << 3, 4])].concat();
    let tensor = [vec![1 << 3, 1], field(2, &dimensions)].concat();
    let port = |name: &[u8]| [field(1, name), field(2, &field(1, &tensor))].concat();
    let node = [
        field(1, b"x"),
        field(1, b"w"),
        field(2, b"y"),
        field(4, b"Add"),
    ]
    .concat();
    let weight = [
        vec![1 << 3, 4, 2 << 3, 1],
        field(8, b"w"),
        field(9, &[0; 16]),
    ]
    .concat();
    let graph = [
        field(1, &node),
        field(2, b"adder"),
        field(5, &weight),
        field(11, &port(b"x")),
        field(12, &port(b"y")),
    ]
    .concat();
    [vec![1 << 3, 8], field(7, &graph), field(8, &[2 << 3, 17])].concat()
}

#[test]
fn the_graph_of_an_onnx_model_says_what_goes_in() -> Result<()> {
    let outcome = inspect(&[("adder.onnx", onnx())], &["tiny/adder.onnx"])?.success()?;
    fits(&outcome)?;
    for part in [
        "ONNX",
        "inputs        x F32 [batch, 4]",
        "outputs       y F32 [batch, 4]",
        "read by       ONNX Runtime",
    ] {
        assert!(outcome.stdout.contains(part), "{part}\n{outcome}");
    }
    Ok(())
}

#[test]
fn a_gguf_file_tells_its_architecture() -> Result<()> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gguf/v_all_kv.gguf");
    let outcome = Home::new()?
        .hubkit(["inspect".as_ref(), fixture.as_os_str()])?
        .offline()
        .run()?
        .success()?;
    fits(&outcome)?;
    assert!(outcome.stdout.contains("GGUF v3"), "{outcome}");
    assert!(
        outcome.stdout.contains("read by       candle, llama.cpp"),
        "{outcome}"
    );
    Ok(())
}

#[test]
fn a_checkpoint_that_runs_code_is_called_dangerous_and_told_all_the_same() -> Result<()> {
    let fixture = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/pickle")
            .join(name)
    };
    let run = |name: &str, more: &[&str]| {
        let path = fixture(name);
        let words = ["inspect".as_ref(), path.as_os_str()];
        let more = more.iter().map(AsRef::as_ref);
        Home::new()?
            .hubkit(words.into_iter().chain(more))?
            .offline()
            .run()?
            .success()
    };
    let sound = run("b_torch_zip.bin", &[])?;
    fits(&sound)?;
    assert!(
        sound.stdout.contains("PyTorch zip") && !sound.stdout.contains("DANGER"),
        "{sound}"
    );
    let dangerous = run("m_zip_plain.bin", &[])?;
    fits(&dangerous)?;
    assert!(
        dangerous.stdout.contains("DANGER") && dangerous.stdout.contains("os.system"),
        "{dangerous}"
    );
    let value = run("m_zip_plain.bin", &["--format", "json"])?.json()?;
    assert_eq!(value["verdict"], "dangerous");
    assert!(
        value["findings"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["severity"] == "danger")),
        "{value}"
    );
    Ok(())
}

#[test]
fn a_stranger_s_text_moves_no_cursor() -> Result<()> {
    let mut files = llama()?;
    let card = "---\nlicense: \"\\e[2Jmit\"\n---\n";
    files[0].1 = card.as_bytes().to_vec();
    let name = ("\u{1b}]0;title\u{7}.weight".to_owned(), vec![2]);
    files.truncate(2);
    files.push(("model.safetensors", weights(&[name])?));
    for view in [&["tiny"][..], &["tiny", "--tree"], &["tiny", "--tensors"]] {
        fits(&inspect(&files, view)?.success()?)?;
    }
    Ok(())
}

#[test]
fn what_exists_comes_before_what_a_hub_may_have() -> Result<()> {
    let home = Home::new()?;
    write(&home.path().join("lab/tiny-llama"), &llama()?)?;
    let near = home
        .hubkit(["inspect", "lab/tiny-llama"])?
        .offline()
        .run()?
        .success()?;
    assert!(near.stdout.contains("on this machine"), "{near}");
    let text = b"name\tlabel\nsome words and nothing else\n".to_vec();
    let outcome = inspect(&[("notes.txt", text)], &["tiny/notes.txt"])?.expect_code(2)?;
    assert!(outcome.stderr.contains("found a text"), "{outcome}");
    inspect(&[("notes.txt", Vec::new())], &["tiny"])?.expect_code(3)?;
    inspect(&llama()?, &["tiny", "nothing.gguf"])?.expect_code(3)?;
    inspect(&llama()?, &["./elsewhere"])?.expect_code(3)?;
    let (_served, server) = serve(&llama()?)?;
    let missing = home.hubkit(["inspect", "hf://lab/tiny-llama/nothing.gguf"])?;
    missing.at(server.endpoint()).run()?.expect_code(3)?;
    Ok(())
}

#[test]
fn offline_a_cached_model_is_told_without_a_request() -> Result<()> {
    let files = llama()?;
    let (_served, server) = serve(&files)?;
    let home = Home::new()?;
    let fetched = home
        .hubkit(["download", "lab/tiny-llama", "-q"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    let before = server.requests()?.len();
    let offline = home
        .hubkit(["inspect", "lab/tiny-llama"])?
        .offline()
        .run()?
        .success()?;
    assert!(
        offline.stdout.contains("licence       apache-2.0"),
        "{offline}"
    );
    let snapshot = fetched.last_line()?;
    let folder = home
        .hubkit(["inspect", snapshot])?
        .offline()
        .run()?
        .success()?;
    assert!(folder.stdout.contains("180,800"), "{folder}");
    let repo = Path::new(snapshot)
        .ancestors()
        .nth(2)
        .context("a repository's folder")?;
    let cached = home
        .hubkit(["inspect".as_ref(), repo.as_os_str()])?
        .offline()
        .run()?
        .success()?;
    assert!(cached.stdout.contains("180,800"), "{cached}");
    assert_eq!(server.requests()?.len(), before);
    Ok(())
}
