//! Lists, searches, tags and names in other capitals, from what the cards say.

use hubkit_api::{GetTagsByType, RepoOrder};

use super::*;

const BERT: &str = "---\nlicense: mit\nlanguage: no\ntags: [exbert]\ndatasets: squad\n---\n# Bert\n\nReads Norwegian letters.\n";
const CONFIG: &str =
    r#"{"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": 2}"#;

fn put(store: &MemoryStore, kind: RepoKind, id: &str, files: &[(&str, &str)]) -> CommitId {
    let files = files.iter().map(|(path, text)| {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        (path.parse().expect("a path"), bytes, Storage::Git)
    });
    let repo = Repo::new(kind, id.parse().expect("an id"));
    store.insert(repo, Revision::main(), files)
}

fn library() -> MemoryStore {
    let store = MemoryStore::new();
    let model = RepoKind::Model;
    put(
        &store,
        model,
        "Acme/Bert-Tiny",
        &[
            ("README.md", BERT),
            ("config.json", CONFIG),
            ("model.safetensors", "x"),
        ],
    );
    put(
        &store,
        model,
        "acme/adapter",
        &[
            (
                "README.md",
                "---\nlicense: apache-2.0\ntags: [a, b]\n---\nFor bert.",
            ),
            (
                "adapter_config.json",
                r#"{"base_model_name_or_path": "Acme/Bert-Tiny", "task_type": "CAUSAL_LM"}"#,
            ),
        ],
    );
    put(
        &store,
        model,
        "you/broken",
        &[
            ("README.md", "---\na: [\n---\nStill text."),
            ("config.json", "NaN"),
        ],
    );
    put(
        &store,
        RepoKind::Dataset,
        "acme/letters",
        &[
            (
                "README.md",
                "---\nlicense: mit\nlanguage: no\npretty_name: Letters\n---\n",
            ),
            ("a.csv", "x"),
        ],
    );
    put(
        &store,
        RepoKind::Space,
        "acme/demo",
        &[(
            "README.md",
            "---\nsdk: static\nmodels: [Acme/Bert-Tiny]\n---\n",
        )],
    );
    store
}

async fn ids(mirror: &Mirror, target: &str) -> String {
    let answer = get(mirror, target).await;
    let list = answer.json();
    let items = list.as_array().expect("a list").iter();
    let ids: Vec<&str> = items.filter_map(|item| item["id"].as_str()).collect();
    ids.join(" ")
}

#[tokio::test]
async fn repositories_are_found_by_what_their_cards_and_files_say() {
    let mirror = Mirror::new(DynStore::new(library()));
    for (target, wanted) in [
        ("/api/models", "Acme/Bert-Tiny acme/adapter you/broken"),
        ("/api/models?filter=license:mit", "Acme/Bert-Tiny"),
        (
            "/api/models?filter=license:mit&filter=safetensors",
            "Acme/Bert-Tiny",
        ),
        ("/api/models?filter=license:mit,gguf", ""),
        ("/api/models?filter=a,b", "acme/adapter"),
        ("/api/models?filter=language:no", "Acme/Bert-Tiny"),
        ("/api/models?filter=no", "Acme/Bert-Tiny"),
        ("/api/models?filter=transformers", "Acme/Bert-Tiny"),
        ("/api/models?filter=library:PEFT", "acme/adapter"),
        (
            "/api/models?filter=base_model:Acme/Bert-Tiny",
            "acme/adapter",
        ),
        (
            "/api/models?filter=base_model:adapter:Acme/Bert-Tiny",
            "acme/adapter",
        ),
        (
            "/api/models?filter=dataset:squad&author=ACME",
            "Acme/Bert-Tiny",
        ),
        ("/api/models?pipeline_tag=fill-mask", "Acme/Bert-Tiny"),
        ("/api/models?pipeline_tag=mask", ""),
        // Words in the id come before words in the text.
        ("/api/models?search=bert", "Acme/Bert-Tiny acme/adapter"),
        (
            "/api/models?search=tiny+acme",
            "Acme/Bert-Tiny acme/adapter",
        ),
        ("/api/models?search=norw+LETTERS", "Acme/Bert-Tiny"),
        ("/api/models?search=still", "you/broken"),
        ("/api/models?search=nowhere", ""),
        ("/api/models?search=%2B%2B", ""),
        (
            "/api/datasets?filter=language:no&filter=format:csv",
            "acme/letters",
        ),
        ("/api/datasets?search=let", "acme/letters"),
        ("/api/spaces?filter=static", "acme/demo"),
        ("/api/spaces?models=acme/bert-tiny", "acme/demo"),
        ("/api/spaces?models=acme/other", ""),
        ("/api/spaces?linked=true", "acme/demo"),
        ("/api/spaces?datasets=squad", ""),
        ("/api/models?num_parameters=min:1", ""),
    ] {
        assert_eq!(ids(&mirror, target).await, wanted, "{target}");
    }
    let answer = get(&mirror, "/api/models?limit=1").await;
    assert_eq!(answer.header("x-total-count"), Some("3"));
}

#[tokio::test]
async fn a_repository_is_told_as_its_card_and_files_describe_it() {
    let mirror = Mirror::new(DynStore::new(library()));
    let info = get(&mirror, "/api/models/Acme/Bert-Tiny").await.json();
    assert_eq!(info["pipeline_tag"], "fill-mask");
    assert_eq!(info["library_name"], "transformers");
    assert_eq!(info["cardData"]["language"], "no");
    assert_eq!(info["config"]["architectures"][0], "BertForMaskedLM");
    assert_eq!(info["config"].get("hidden_size"), None);
    assert_eq!(
        info["transformersInfo"]["auto_model"],
        "AutoModelForMaskedLM"
    );
    assert_eq!(info["siblings"][1]["rfilename"], "config.json");
    assert_eq!(
        (&info["downloads"], &info["disabled"]),
        (&0.into(), &false.into())
    );
    let tags = info["tags"].as_array().expect("tags");
    for tag in ["safetensors", "bert", "license:mit", "dataset:squad", "no"] {
        assert!(tags.contains(&tag.into()), "{tag}");
    }
    let broken = get(&mirror, "/api/models/you/broken").await;
    assert_eq!((broken.status, broken.json().get("cardData")), (200, None));
    let expanded = get(
        &mirror,
        "/api/models?author=Acme&search=bert-tiny&expand=config&expand=sha",
    )
    .await;
    let item = expanded.json()[0].clone();
    let keys: Vec<&String> = item.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["config", "id", "sha"]);
}

#[tokio::test]
async fn a_commit_that_is_not_the_newest_is_told_by_its_own_card() {
    let store = library();
    let old = put(
        &store,
        RepoKind::Model,
        "acme/moving",
        &[("README.md", "---\nlicense: mit\n---\n")],
    );
    put(
        &store,
        RepoKind::Model,
        "acme/moving",
        &[("README.md", "---\nlicense: other\n---\n")],
    );
    let mirror = Mirror::new(DynStore::new(store));
    let licence = async |target: String| {
        let info = get(&mirror, &target).await.json();
        info["cardData"]["license"].as_str().map(str::to_owned)
    };
    assert_eq!(
        licence("/api/models/acme/moving".to_owned())
            .await
            .as_deref(),
        Some("other")
    );
    let at_old = format!("/api/models/acme/moving/revision/{old}");
    assert_eq!(licence(at_old).await.as_deref(), Some("mit"));
}

#[tokio::test]
async fn lists_change_when_the_store_is_looked_through_and_information_at_once() {
    let store = library();
    let mirror = Mirror::new(DynStore::new(store.clone()));
    let first = mirror.refresh().await.expect("it can be read");
    assert_eq!((first.repositories, first.read, first.gone), (5, 5, 0));
    let again = mirror.refresh().await.expect("it can be read");
    assert_eq!((again.repositories, again.read, again.gone), (5, 0, 0));
    put(
        &store,
        RepoKind::Model,
        "you/broken",
        &[("README.md", "---\nlicense: mit\n---\nMended.")],
    );
    put(&store, RepoKind::Model, "new/one", &[("README.md", "")]);
    let info = get(&mirror, "/api/models/you/broken").await.json();
    assert_eq!(info["cardData"]["license"], "mit");
    assert_eq!(ids(&mirror, "/api/models?search=mended").await, "");
    let changed = mirror.clone().refresh().await.expect("it can be read");
    assert_eq!(
        (changed.repositories, changed.read, changed.gone),
        (6, 2, 0)
    );
    assert_eq!(
        ids(&mirror, "/api/models?search=mended").await,
        "you/broken"
    );
    assert_eq!(ids(&mirror, "/api/models?search=still").await, "");
    assert_eq!(
        ids(&mirror, "/api/models?filter=license:mit&author=you").await,
        "you/broken"
    );
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_what_stays_while_others_come_and_go() {
    let store = library();
    for name in ["b", "d", "f"] {
        put(
            &store,
            RepoKind::Model,
            &format!("z/{name}"),
            &[("README.md", "")],
        );
    }
    let mirror = Mirror::new(DynStore::new(store.clone()));
    let mut call = ListRepos::new(RepoKind::Model);
    (call.limit, call.author) = (Some(1), Some("z".to_owned()));
    call.sort = Some(RepoOrder::LastModified);
    let page = |answer: Answer| call.reply(&answer.response()).expect("a page");
    let first = page(get(&mirror, &call.request().uri().to_string()).await);
    put(&store, RepoKind::Model, "z/a", &[("README.md", "")]);
    put(&store, RepoKind::Model, "z/c", &[("README.md", "")]);
    mirror.refresh().await.expect("it can be read");
    let mut found: Vec<_> = first.repos;
    let mut next = first.next;
    while let Some(target) = next {
        let page = page(get(&mirror, &target).await);
        found.extend(page.repos);
        next = page.next;
    }
    let found: Vec<&str> = found.iter().map(|info| info.id.as_str()).collect();
    assert_eq!(found, ["z/b", "z/c", "z/d", "z/f"]);
}

#[tokio::test]
async fn a_name_in_other_capitals_leads_to_the_one_that_is_meant() {
    let mirror = Mirror::new(DynStore::new(library()));
    mirror.refresh().await.expect("it can be read");
    for (target, wanted) in [
        (
            "/api/models/acme/bert-tiny?blobs=true",
            "/api/models/Acme/Bert-Tiny?blobs=true",
        ),
        (
            "/ACME/bert-tiny/resolve/main/config.json",
            "/Acme/Bert-Tiny/resolve/main/config.json",
        ),
        (
            "/api/datasets/Acme/Letters/tree/main",
            "/api/datasets/acme/letters/tree/main",
        ),
    ] {
        let answer = get(&mirror, target).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (307, Some(wanted)),
            "{target}"
        );
    }
    assert_eq!(get(&mirror, "/api/models/acme/none").await.status, 401);
    // A name that no other kind has leads nowhere.
    assert_eq!(get(&mirror, "/api/models/Acme/Letters").await.status, 401);
}

#[tokio::test]
async fn tags_are_told_by_what_they_are_about() {
    let mirror = Mirror::new(DynStore::new(library()));
    let call = GetTagsByType {
        kind: RepoKind::Model,
    };
    let answer = get(&mirror, &call.request().uri().to_string()).await;
    let tags = call.reply(&answer.response()).expect("tags");
    let of = |kind: &str| {
        tags[kind]
            .iter()
            .map(|tag| tag.id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("library"), ["peft", "safetensors", "transformers"]);
    assert_eq!(of("license"), ["license:apache-2.0", "license:mit"]);
    assert_eq!(of("pipeline_tag"), ["fill-mask"]);
    assert_eq!(of("language"), ["no"]);
    assert_eq!(of("other"), ["a", "b", "bert", "exbert"]);
    assert_eq!(tags["license"][1].label, "mit");
}

#[tokio::test]
async fn what_a_caller_may_not_know_of_is_in_no_list_no_count_and_no_tag() {
    let rule = crate::RepoRule {
        visibility: Some(crate::Visibility::Private),
        readers: vec!["ada".to_owned()],
        ..crate::RepoRule::default()
    };
    let access = Access::open()
        .with_user("ada", "hf_ada")
        .with_rule(repo("Acme/Bert-Tiny"), rule);
    let mirror = Mirror::new(DynStore::new(library())).with_access(access);
    mirror.refresh().await.expect("it can be read");
    let answer = get(&mirror, "/api/models?search=bert").await;
    assert_eq!(answer.header("x-total-count"), Some("1"));
    let tags = get(&mirror, "/api/models-tags-by-type").await.json();
    assert!(!tags.to_string().contains("exbert"));
    for target in ["/api/models/acme/bert-tiny", "/api/models/acme/nothing"] {
        assert_eq!(get(&mirror, target).await.status, 401, "{target}");
    }
    let with_token = [("authorization", "Bearer hf_ada")];
    let answer = ask(&mirror, "GET", "/api/models?search=bert", &with_token).await;
    assert_eq!(answer.header("x-total-count"), Some("2"));
    let answer = ask(&mirror, "GET", "/api/models/acme/bert-tiny", &with_token).await;
    assert_eq!(answer.status, 307);
}

/// A safetensors file with one tensor of two numbers.
fn weights(dtype: &str, bytes: usize) -> String {
    let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[2],"data_offsets":[0,{bytes}]}}}}"#);
    let length = u8::try_from(header.len()).expect("a short header");
    let length = char::from(length);
    assert!(length.is_ascii());
    format!("{length}\0\0\0\0\0\0\0{header}{}", "x".repeat(bytes))
}

#[tokio::test]
async fn the_parameters_of_a_model_are_those_of_its_weights_as_they_are_now() {
    let store = MemoryStore::new();
    let model = RepoKind::Model;
    let (single, other) = (weights("F32", 8), weights("BF16", 4));
    put(&store, model, "a/single", &[("model.safetensors", &single)]);
    let shards = [
        ("model-00001-of-00002.safetensors", &*single),
        ("model-00002-of-00002.safetensors", &*other),
    ];
    put(&store, model, "a/sharded", &shards);
    put(&store, model, "a/broken", &[("model.safetensors", "x")]);
    put(
        &store,
        model,
        "a/both",
        &[("model.safetensors", &single), shards[1]],
    );
    let mirror = Mirror::new(DynStore::new(store.clone()));
    mirror.refresh().await.expect("it can be read");
    let counts = async |id: &str| {
        let info = get(&mirror, &format!("/api/models/{id}")).await.json();
        let total = info["safetensors"]["total"].as_u64();
        (total, info["safetensors"]["parameters"].to_string())
    };
    let single = (Some(2), r#"{"F32":2}"#.to_owned());
    assert_eq!(counts("a/single").await, single);
    assert_eq!(counts("a/single").await, single);
    assert_eq!(
        counts("a/sharded").await,
        (Some(4), r#"{"BF16":2,"F32":2}"#.to_owned())
    );
    for id in ["a/broken", "a/both"] {
        assert_eq!(counts(id).await, (None, "null".to_owned()), "{id}");
    }
    put(&store, model, "a/single", &[("model.safetensors", &other)]);
    assert_eq!(
        counts("a/single").await,
        (Some(2), r#"{"BF16":2}"#.to_owned())
    );
}

#[tokio::test]
async fn packed_weights_count_as_the_parameters_that_they_hold() {
    let store = MemoryStore::new();
    let model = RepoKind::Model;
    let config = r#"{"quantization_config":{"quant_method":"gptq","bits":4}}"#;
    let packed = weights("I32", 8).replace("\"a\"", "\"a.qweight\"");
    // The name is longer by eight characters, and so is the header.
    let packed = format!("{}{}", char::from(packed.as_bytes()[0] + 8), &packed[1..]);
    let files = [("model.safetensors", &*packed), ("config.json", config)];
    put(&store, model, "a/packed", &files);
    put(&store, model, "a/unknown", &files[..1]);
    let mirror = Mirror::new(DynStore::new(store.clone()));
    mirror.refresh().await.expect("it can be read");
    for (id, count) in [("a/packed", 16), ("a/unknown", 2)] {
        let info = get(&mirror, &format!("/api/models/{id}")).await.json();
        assert_eq!(info["safetensors"]["total"], count, "{id}");
        assert_eq!(info["safetensors"]["parameters"]["I32"], count, "{id}");
        assert!(info["gguf"].is_null());
    }
}

/// A GGUF file that says its family and context, with one tensor of so many numbers.
fn gguf(length: u64) -> String {
    let mut file = b"GGUF\x03\0\0\0".to_vec();
    let text = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text.as_bytes());
    };
    file.extend(1_u64.to_le_bytes());
    file.extend(2_u64.to_le_bytes());
    text(&mut file, "general.architecture");
    file.extend(8_u32.to_le_bytes());
    text(&mut file, "llama");
    text(&mut file, "llama.context_length");
    file.extend(4_u32.to_le_bytes());
    file.extend(64_u32.to_le_bytes());
    text(&mut file, "token_embd.weight");
    file.extend(1_u32.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    file.extend(0_u64.to_le_bytes());
    let start = file.len().next_multiple_of(32);
    file.resize(start + usize::try_from(length).expect("small") * 4, 0);
    String::from_utf8(file).expect("nothing above 127")
}

#[tokio::test]
async fn what_a_gguf_file_says_is_told() {
    let store = MemoryStore::new();
    let model = RepoKind::Model;
    let (one, other) = (gguf(3), gguf(5));
    let files = [
        ("mmproj-a.gguf", &*other),
        ("q4.gguf", &*one),
        ("q8.gguf", &*other),
    ];
    put(&store, model, "a/several", &files);
    let parts = [
        ("q-00001-of-00002.gguf", &*one),
        ("q-00002-of-00002.gguf", &*other),
    ];
    put(&store, model, "a/parts", &parts);
    put(&store, model, "a/half", &parts[..1]);
    put(&store, model, "a/broken", &[("q4.gguf", "GGUF")]);
    let mirror = Mirror::new(DynStore::new(store.clone()));
    mirror.refresh().await.expect("it can be read");
    for (id, count) in [
        ("a/several", Some(3)),
        ("a/parts", Some(8)),
        ("a/half", None),
        ("a/broken", None),
    ] {
        let info = get(&mirror, &format!("/api/models/{id}?expand=gguf"))
            .await
            .json();
        assert_eq!(info["gguf"]["total"].as_u64(), count, "{id}");
        if count.is_some() {
            assert_eq!(info["gguf"]["architecture"], "llama");
            assert_eq!(info["gguf"]["context_length"], 64);
        }
    }
}
