//! Writes the corpus that the fuzzer starts from: `cargo run --bin seeds [FOLDER]`. Deterministic, and kept in the
//! repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

/// What a request is: method and target, then its headers.
const ROUTES: &[(&str, &str)] = &[
    (
        "info",
        "GET /api/models/a/b/revision/main?blobs=true&securityStatus=1",
    ),
    (
        "expand",
        "GET /api/spaces/a/b?expand[]=sha&expand=tags,likes",
    ),
    ("croissant", "GET /api/datasets/a/b/croissant"),
    ("legacy", "GET /api/models/gpt2/refs?include_prs=1"),
    (
        "list",
        "GET /api/datasets?search=a&search=b&filter=x:y&apps=a,b&sort=last_modified&limit=7&cursor=c%3D",
    ),
    (
        "tree",
        "GET /api/kernels/a/b/tree/refs%2Fpr%2F1/d%2F%C3%BC?recursive=true&expand=true&limit=5",
    ),
    ("paths-info", "POST /api/models/a/b/paths-info/refs/pr/1"),
    (
        "commits",
        "GET /api/models/a/b/commits/main?expand[]=formatted&limit=7&p=2",
    ),
    ("treesize", "GET /api/models/a/b/treesize/main/d/e"),
    (
        "safetensors",
        "GET /api/models/a/b/safetensors-metadata/d/model.safetensors.index.json",
    ),
    (
        "discussions",
        "GET /api/models/a/b/discussions?p=1&type=pull_request&status=open&author=x",
    ),
    ("discussion", "GET /api/models/a/b/discussions/7?diff=1"),
    ("account", "HEAD /api/organizations/ada/followers"),
    ("collection", "GET /api/collections/ada/small-64f9"),
    ("paper", "GET /api/papers/2311.12983"),
    ("search", "GET /api/papers/search?q=a+b&limit=7"),
    (
        "access",
        "GET /api/models/a/b/user-access-request/pending?limit=7",
    ),
    ("batch", "POST /datasets/a/b.git/info/lfs/objects/batch"),
    (
        "locks",
        "GET /datasets/a/b.git/info/lfs/locks?path=a%2Fb&limit=7&refspec=refs%2Fheads%2Fmain",
    ),
    ("unlock", "POST /a/b.git/info/lfs/locks/7/unlock"),
    (
        "cache",
        "GET /api/resolve-cache/models/a/b/0123456789abcdef0123456789abcdef01234567/x%20y",
    ),
    (
        "resolve",
        "GET /a/b/resolve/main/d/e.txt?download=true\nrange: bytes=1-5, 7-\nif-range: \"x\"\nif-none-match: W/\"x\", *",
    ),
    ("raw", "HEAD /datasets/squad/raw/refs/convert/parquet/x"),
    ("outside", "GET /a/b/resolve/main/..%2f..%2fetc/passwd"),
    ("page", "GET /spaces/a/b/blob/main/README.md"),
];

/// What an answer is: its target, a name, the line of status and headers, and the body. `SHA` and `DIGEST` stand for one.
const REPLIES: &[(&str, &str, &str, &str)] = &[
    ("reply-auth-check", "yes", "200", "{}"),
    (
        "reply-info",
        "all",
        "200",
        r#"{"_id":"1","id":"a/b","sha":"SHA","private":false,"gated":"auto","downloads":7,"tags":["x"],"cardData":{"license":"mit"},"siblings":[{"rfilename":"x","size":1,"blobId":"SHA","lfs":{"sha256":"DIGEST","size":1,"pointerSize":127}}],"safetensors":{"parameters":{"F32":7},"total":7},"inferenceProviderMapping":{"p":{"status":"live"}}}"#,
    ),
    (
        "reply-info",
        "gated",
        "401 x-error-code: GatedRepo|x-error-message: no|retry-after: 7",
        r#"{"error":["a","b"]}"#,
    ),
    (
        "reply-list",
        "page",
        r#"200 link: </api/models?cursor=x>; rel="next""#,
        r#"[{"id":"a/b","likes":1,"inferenceProviderMapping":[{"provider":"p"}]},{"id":"gpt2"}]"#,
    ),
    (
        "reply-tree",
        "page",
        r#"200 link: <https://h/x>; rel="prev next""#,
        r#"[{"type":"directory","oid":"SHA","size":0,"path":"d","lastCommit":{"id":"SHA","title":"t","date":"2026"}},{"type":"file","oid":"SHA","size":7,"path":"d/x","lfs":{"oid":"DIGEST","size":7},"xetHash":"DIGEST","securityFileStatus":{"status":"safe","avScan":{}}},{"path":"../x"}]"#,
    ),
    (
        "reply-paths-info",
        "found",
        "200",
        r#"[{"type":"file","oid":"SHA","size":7,"path":"x"}]"#,
    ),
    (
        "reply-refs",
        "all",
        "200",
        r#"{"branches":[{"name":"main","ref":"refs/heads/main","targetCommit":"SHA"}],"converts":[],"tags":[],"pullRequests":[{"name":"refs/pr/1","ref":"refs/pr/1","targetCommit":"SHA"}]}"#,
    ),
    (
        "reply-commits",
        "page",
        "200 x-total-count: 7",
        r#"[{"id":"SHA","title":"t","message":"m","date":"2026","authors":[{"user":"x"}],"formatted":{"title":"<b>"}}]"#,
    ),
    (
        "reply-raw",
        "text",
        "200 etag: \"SHA\"|x-repo-commit: SHA",
        "version",
    ),
    (
        "reply-whoami",
        "user",
        "200",
        r#"{"type":"user","name":"ada","orgs":[{"name":"x","roleInOrg":"admin"}],"auth":{"accessToken":{"displayName":"t","role":"read"}}}"#,
    ),
    ("reply-tree-size", "size", "200", r#"{"path":"/","size":7}"#),
    (
        "reply-safetensors",
        "headers",
        "200",
        r#"{"index":{"metadata":{"total_size":7}},"headers":{"x.safetensors":{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#,
    ),
    (
        "reply-croissant",
        "dataset",
        "200",
        r#"{"@type":"sc:Dataset","name":"b","distribution":[]}"#,
    ),
    (
        "reply-scan",
        "issues",
        "200",
        r#"{"scansDone":true,"filesWithIssues":[{"path":"x","level":"unsafe"}]}"#,
    ),
    (
        "reply-lfs-files",
        "page",
        "200",
        r#"[{"fileOid":"1","filename":"x","oid":"DIGEST","pushedAt":"2026","size":7}]"#,
    ),
    (
        "reply-lfs-batch",
        "download",
        "200",
        r#"{"transfer":"basic","objects":[{"oid":"DIGEST","size":7,"actions":{"download":{"href":"https://h/x?y","header":{"a":"b"},"expires_in":7}}},{"oid":"DIGEST","error":{"code":404,"message":"no"}}]}"#,
    ),
    (
        "reply-lfs-locks",
        "owners",
        "200",
        r#"{"ours":[{"id":"1","path":"a/b","locked_at":"2016-05-17T15:49:06+00:00","owner":{"name":"ada"}}],"theirs":[{"id":"2","path":"c"}],"locks":[],"next_cursor":"x"}"#,
    ),
    (
        "reply-account",
        "user",
        "200",
        r#"{"user":"ada","fullname":"Ada","numModels":7,"orgs":[]}"#,
    ),
    (
        "reply-accounts",
        "page",
        "200",
        r#"[{"user":"ada"},{"name":"x"}]"#,
    ),
    (
        "reply-collections",
        "page",
        "200",
        r#"[{"slug":"a/b-1","title":"t","owner":{"name":"a"},"items":[{"type":"model","id":"a/b","note":{"text":"n"}}]}]"#,
    ),
    (
        "reply-collection",
        "one",
        "200",
        r#"{"slug":"a/b-1","owner":"a","items":[]}"#,
    ),
    (
        "reply-papers",
        "found",
        "200",
        r#"[{"title":"t","paper":{"id":"2311.12983","authors":[{"name":"x"}],"upvotes":7}}]"#,
    ),
    (
        "reply-paper",
        "one",
        "200",
        r#"{"id":"2311.12983","summary":"s","publishedAt":"2026"}"#,
    ),
    (
        "reply-discussions",
        "page",
        "200",
        r#"{"discussions":[{"num":7,"title":"t","status":"open","author":{"name":"x"},"isPullRequest":true}],"count":12,"start":0}"#,
    ),
    (
        "reply-discussion",
        "events",
        "200",
        r#"{"num":7,"changes":{"base":"refs/heads/main","mergeCommitId":"SHA"},"filesWithConflicts":true,"diff":"-","events":[{"id":"1","type":"comment","data":{"latest":{"raw":"x"}}},{"type":"commit","data":{"oid":"SHA"}}]}"#,
    ),
    (
        "reply-tags-by-type",
        "all",
        "200",
        r#"{"license":[{"id":"license:mit","label":"MIT","type":"license"}],"region":[]}"#,
    ),
    (
        "reply-ask-access",
        "pending",
        "200",
        r#"{"status":"pending"}"#,
    ),
    ("reply-ask-access", "back", "303 location: /a/b", ""),
    ("reply-cancel-access", "done", "200", "{}"),
    (
        "reply-access-requests",
        "page",
        "200",
        r#"[{"requestId":"1","user":{"user":"ada","fullname":"Ada","email":"a@b"},"status":"pending","timestamp":"2026","fields":{"why":"x"}}]"#,
    ),
    ("reply-decide-access", "done", "200", "{}"),
    ("reply-grant-access", "done", "200", "{}"),
    (
        "reply-access-report",
        "table",
        "200",
        "user,status\nada,pending\n",
    ),
    (
        "resolve",
        "whole",
        "200 x-repo-commit: SHA|etag: W/\"SHA\"|content-length: 7",
        "",
    ),
    (
        "resolve",
        "away",
        "302 x-repo-commit: SHA|x-linked-etag: \"DIGEST\"|x-linked-size: 7|location: https://cdn/x",
        "",
    ),
    (
        "resolve",
        "limits",
        "429 ratelimit: \"api\";r=0;t=55|ratelimit-policy: \"fixed window\";\"api\";q=500;w=300|retry-after: Sun, 06 Nov 1994 08:49:37 GMT",
        "",
    ),
];

const BODIES: &[(&str, &str, &str)] = &[
    (
        "body-paths-info",
        "form",
        "fpaths=a%2Fb&paths=c+d&expand=true",
    ),
    (
        "body-paths-info",
        "json",
        r#"j{"paths":["a/b","../x",7],"expand":true}"#,
    ),
    ("body-ask-access", "form", "fwhy=a+b&who=c%2Fd"),
    (
        "body-access-decision",
        "decide",
        r#"{"user":"ada","status":"rejected","rejectionReason":"x"}"#,
    ),
    (
        "body-lfs-batch",
        "download",
        r#"{"operation":"download","transfers":["basic","xet"],"objects":[{"oid":"DIGEST","size":7}],"hash_algo":"sha256","ref":{"name":"refs/heads/main"}}"#,
    ),
    (
        "body-lfs-locks",
        "all",
        r#"{"path":"a/b","cursor":"x","limit":7,"force":true,"ref":{"name":"refs/heads/main"}}"#,
    ),
    ("body-lfs-upload", "verify", r#"{"oid":"DIGEST","size":7}"#),
    (
        "body-lfs-upload",
        "parts",
        r#"{"oid":"DIGEST","parts":[{"partNumber":1,"etag":"x"},{"partNumber":2,"etag":"y"}]}"#,
    ),
    (
        "lfs-pointer",
        "canonical",
        "version https://git-lfs.github.com/spec/v1\noid sha256:DIGEST\nsize 7\n",
    ),
    (
        "lfs-pointer",
        "extensions",
        "version https://hawser.github.com/spec/v1\r\next-1-b sha256:DIGEST\next-0-a sha256:DIGEST\n\noid sha256:DIGEST\nsize +07",
    ),
    (
        "lfs-attributes",
        "rules",
        "[attr]large filter=lfs -text\n*.bin large\n\"a b/**/[[:alpha:]!-]?\" filter=lfs\n/x\\*y -filter !large\n\0a b/c/d/ef",
    ),
];

/// Headers, whole files, indexes, and slices: a rank and lengths as bytes, and then the text.
const WEIGHTS: &[(&str, &str, &str)] = &[
    (
        "safetensors-header",
        "two",
        r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b.c":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}"#,
    ),
    (
        "safetensors-header",
        "small-types",
        r#"{"a":{"dtype":"F4","shape":[2,4],"data_offsets":[0,4]},"b":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[4,7]},"c":{"dtype":"F8_E8M0","shape":[0],"data_offsets":[7,7]}}"#,
    ),
    (
        "safetensors-header",
        "faults",
        r#"{"__metadata__":{"a":1},"a":{"dtype":"X","shape":[-1],"data_offsets":[1]},"a":[],"\u00e9":{"dtype":"U8","shape":[18446744073709551615,2],"data_offsets":[5,2],"x":{}}}"#,
    ),
    (
        "safetensors-header",
        "file",
        "\u{38}\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}   abc",
    ),
    (
        "safetensors-index",
        "two-shards",
        r#"{"metadata":{"total_size":26},"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}}"#,
    ),
    (
        "safetensors-index",
        "elsewhere",
        r#"{"weight_map":{"a":"../x.safetensors","b":"d/x.safetensors","b":"/x.bin"},"more":[null]}"#,
    ),
    ("tensor-slice", "rows", "\u{2}\u{5}\u{7}[1:3, :]"),
    ("tensor-slice", "ends", "\u{3}\u{4}\u{4}\u{4}-1, ..., :-2"),
    ("tensor-slice", "scalar", "\0..."),
    ("tensor-slice", "refused", "\u{2}\u{5}\u{7}[::2, None, [1]]"),
];

/// Cards with how their files begin, and descriptions of others.
const CROISSANTS: &[(&str, &str, &str)] = &[
    (
        "croissant",
        "table",
        "---\nlicense: [mit, other]\nlanguage: no\n---\nWords, and how many.\n\u{1c}a,b\n1,\"x\ny\"\n",
    ),
    (
        "croissant",
        "lines",
        "---\nconfigs:\n- config_name: a\n  data_files:\n  - {split: x, path: '*.jsonl'}\n  - {split: y, path: list.json}\n---\n\u{1c}{\"a\": {\"b\": [1, 2.5]}}\n",
    ),
    (
        "croissant",
        "features",
        "---\ndataset_info:\n  features:\n  - {name: i, dtype: image}\n  - {name: c, dtype: {class_label: {names: {'0': x}}}}\n  - name: s\n    sequence:\n    - {name: \"it's\", list: int8, length: 3}\n---\n",
    ),
    (
        "croissant-import",
        "ours",
        r#"{"@type":"sc:Dataset","name":"no","license":["https://spdx.org/licenses/MIT",{"name":"x","url":"https://x.org"}],"inLanguage":["mul","no"],"keywords":["text-classification","n<1K"],"citeAs":"@misc{```}","distribution":[{"@id":"f","contentUrl":"https://h/datasets/a/b/resolve/SHA/a%20b.csv"},{"@id":"s","includes":["a","b"]}],"recordSet":[{"name":"c_x","field":[{"name":"split","value":"x"},{"name":"a","dataType":"sc:Integer","description":"Classes: 0 = a, 1 = b","source":{"fileObject":{"@id":"f"},"extract":{"jsonPath":"$.rows[*].a"}}},{"name":"b","isArray":true,"arrayShape":"-1,3","subField":[{"name":"c","dataType":"cr:Float32","source":{"fileSet":{"@id":"s"}}}]}]}]}"#,
    ),
];

/// Tensors, and what the documents beside them say.
const MODELS: &[(&str, &str, &str)] = &[
    (
        "llama",
        "model.embed_tokens.weight:BF16:64x32 model.layers.0.self_attn.k_proj.weight:BF16:16x32 lm_head.weight:BF16:64x32",
        r#"{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"max_position_embeddings":64,"vocab_size":64,"tie_word_embeddings":true,"torch_dtype":"bfloat16"}"#,
    ),
    (
        "gemma",
        "token_embd.weight:Q4_K:256x10 output_norm.weight:F32:64",
        r#"{"architectures":["Gemma3ForConditionalGeneration"],"model_type":"gemma3","text_config":{"model_type":"gemma3_text","hidden_size":32,"num_hidden_layers":7,"num_attention_heads":4,"head_dim":16,"sliding_window":8,"sliding_window_pattern":6,"layer_types":["sliding_attention","full_attention","linear_attention"]}}"#,
    ),
    (
        "deepseek",
        "layers.0.ffn.experts.0.w1.weight:I8:64x32 layers.0.ffn.experts.0.w1.scale:F8_E8M0:64x2",
        r#"{"architectures":["DeepseekV3ForCausalLM"],"num_hidden_layers":3,"kv_lora_rank":16,"qk_rope_head_dim":8,"n_routed_experts":8,"num_experts_per_tok":2,"expert_dtype":"fp4","quantization_config":{"quant_method":"fp8"}}"#,
    ),
    (
        "gptq",
        "up.qweight:I32:8x128 up.qzeros:I32:2x16 up.scales:BF16:2x128 up.g_idx:I32:64",
        r#"{"quantization_config":{"quant_method":"gptq","bits":4,"modules_to_not_convert":["lm_head","*.norm","a*b"]}}"#,
    ),
    (
        "mlx",
        "up.weight:U32:128x8 up.scales:BF16:128x1 up.biases:BF16:128x1",
        r#"{"quantization":{"group_size":64,"bits":4,"mode":"affine","up":{"bits":8},"x":false}}"#,
    ),
    (
        "compressed",
        "up.weight_packed:I32:128x8 up.weight_scale:BF16:128x2 up.weight_shape:I64:2",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"mixed-precision","ignore":["re:.*norm$","lm_head"],"config_groups":{"a":{"targets":["Linear","re:up.*"],"format":"pack-quantized","weights":{"num_bits":4}}}}}"#,
    ),
    (
        "bitsandbytes",
        "up.weight:U8:4096x1 up.weight.absmax:U8:128 up.weight.quant_state.bitsandbytes__nf4:U8:90",
        r#"{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4"},"time_step_limit":[0.0,Infinity]}"#,
    ),
    (
        "pictures",
        "",
        r#"{"architectures":["ViTForImageClassification"],"id2label":{"0":"a"},"size":{"height":224,"width":224},"crop_size":{"shortest_edge":2},"do_center_crop":true,"image_mean":[0.5,0.5,0.5],"image_processor":{"size":3}}"#,
    ),
    (
        "sounds",
        "",
        r#"{"architectures":["WhisperForConditionalGeneration"],"is_encoder_decoder":true,"feature_size":80,"sampling_rate":16000,"nb_max_frames":3000,"chunk_length":30,"model_max_length":512,"bos_token":"<s>","eos_token":{"content":"</s>"},"model_input_names":["input_features"]}"#,
    ),
];

/// Files of `tests/fixtures` that a target starts from: the target, the folder and the files.
const FIXTURES: &[(&str, &str, &[&str])] = &[
    (
        "archive",
        "archive",
        &[
            "v_plain.zip",
            "v_unicode.zip",
            "r_zip64_lie.zip",
            "r_dup.zip",
            "r_prefix.zip",
        ],
    ),
    (
        "archive",
        "pickle",
        &[
            "b_torch_zip.pt",
            "b_torch_param.pt",
            "b_torch_legacy.pth",
            "b_torch_tar.pt",
            "b_arrays.npz",
            "m_keras_lambda.keras",
            "m_zip_deflate.pt",
        ],
    ),
    (
        "pickle",
        "pickle",
        &[
            "b_p4_framed.pkl",
            "b_p5_bytearray.pkl",
            "b_np_scalar.pkl",
            "m_inst.pkl",
            "m_obj_stack_global.pkl",
            "m_sg_string_escape.pkl",
            "s_sklearn_like.pkl",
        ],
    ),
];

fn main() -> io::Result<()> {
    let kept = || Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = std::env::args_os().nth(1).map_or_else(kept, PathBuf::from);
    let write = |target: &str, name: &str, text: &str| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        let text = text.replace("SHA", SHA).replace("DIGEST", DIGEST);
        fs::write(folder.join(name), text)
    };
    for (target, name, bytes) in hubkit_fuzz::format_seeds() {
        fs::create_dir_all(corpus.join(target))?;
        fs::write(corpus.join(target).join(name), bytes)?;
    }
    for (name, text) in ROUTES {
        write("route", name, text)?;
    }
    for (target, name, head, body) in REPLIES {
        write(target, name, &format!("{head}\n{body}"))?;
    }
    for (target, name, text) in BODIES {
        write(target, name, text)?;
    }
    for (target, name, text) in CROISSANTS {
        write(target, name, text)?;
    }
    for (target, name, text) in WEIGHTS {
        write(target, name, text)?;
    }
    for (name, tensors, documents) in MODELS {
        write("model-documents", name, &format!("{tensors}\n{documents}"))?;
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    for (target, from, names) in FIXTURES {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for name in *names {
            fs::copy(fixtures.join(from).join(name), folder.join(name))?;
        }
    }
    // A target without a seed would start from nothing.
    for (target, _) in hubkit_fuzz::TARGETS
        .iter()
        .flat_map(|targets| targets.iter())
    {
        assert!(corpus.join(target).is_dir(), "{target} has no seed");
    }
    Ok(())
}
