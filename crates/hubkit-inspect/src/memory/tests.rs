use super::*;
use crate::{Config, parameters::tensors};

#[track_caller]
fn model(config: &str) -> Architecture {
    Architecture::of(
        Some(&Config::parse(config.as_bytes()).expect("an object")),
        &[],
    )
}

/// The bytes of the cache for so many tokens of one sequence.
#[track_caller]
fn cache(config: &str, context: u64) -> u64 {
    let request = MemoryRequest {
        context: Some(context),
        ..MemoryRequest::default()
    };
    let memory = Memory::estimate(&[], &Parameters::default(), &model(config), request);
    memory.cache.expect("a cache").total.bytes
}

#[test]
fn a_cache_holds_a_key_and_a_value_of_each_head_layer_and_token() {
    // Llama 3.1 8B: 2 × 32 layers × 8 heads × 128 × 2 bytes = 128 KiB a token.
    let llama = r#"{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"num_hidden_layers":32,
        "num_attention_heads":32,"num_key_value_heads":8,"max_position_embeddings":131072,"torch_dtype":"bfloat16"}"#;
    assert_eq!(cache(llama, 1), 131_072);
    assert_eq!(cache(llama, 131_072), 17_179_869_184);
    // GPT-2: as many heads have keys as queries.
    let gpt2 = r#"{"architectures":["GPT2LMHeadModel"],"model_type":"gpt2","n_layer":12,"n_embd":768,"n_head":12,"n_ctx":1024}"#;
    assert_eq!(cache(gpt2, 1024), 2 * 12 * 768 * 1024 * 2);
    // Qwen 3 30B-A3B: heads are wider than the hidden size divided by their number.
    let qwen = r#"{"architectures":["Qwen3MoeForCausalLM"],"model_type":"qwen3_moe","hidden_size":2048,"num_hidden_layers":48,
        "num_attention_heads":32,"num_key_value_heads":4,"head_dim":128,"num_experts":128,"num_experts_per_tok":8,
        "sliding_window":null,"use_sliding_window":false,"max_window_layers":48,"dtype":"bfloat16"}"#;
    assert_eq!(cache(qwen, 4096), 2 * 48 * 4 * 128 * 4096 * 2);
    // Falcon 7B: one head for all.
    let falcon = r#"{"architectures":["FalconForCausalLM"],"model_type":"falcon","hidden_size":4544,"num_hidden_layers":32,
        "num_attention_heads":71,"multi_query":true,"new_decoder_architecture":false}"#;
    assert_eq!(cache(falcon, 10), 2 * 32 * 64 * 10 * 2);
    // T5 small: the decoder's own cache.
    let t5 = r#"{"architectures":["T5ForConditionalGeneration"],"model_type":"t5","is_encoder_decoder":true,"d_model":512,
        "d_kv":64,"num_heads":8,"num_layers":6,"num_decoder_layers":6}"#;
    assert_eq!(cache(t5, 100), 2 * 6 * 8 * 64 * 100 * 2);
}

#[test]
fn layers_with_a_window_keep_no_more_than_it() {
    // Mistral 7B v0.1: all layers.
    let mistral = r#"{"architectures":["MistralForCausalLM"],"model_type":"mistral","hidden_size":4096,"num_hidden_layers":32,
        "num_attention_heads":32,"num_key_value_heads":8,"sliding_window":4096}"#;
    assert_eq!(cache(mistral, 4096), 2 * 32 * 8 * 128 * 4096 * 2);
    assert_eq!(cache(mistral, 32_768), cache(mistral, 4096));
    // Gemma 2 9B: every second layer.
    let gemma2 = r#"{"architectures":["Gemma2ForCausalLM"],"model_type":"gemma2","hidden_size":3584,"num_hidden_layers":42,
        "num_attention_heads":16,"num_key_value_heads":8,"head_dim":256,"sliding_window":4096}"#;
    assert_eq!(
        cache(gemma2, 8192),
        2 * 8 * 256 * 2 * (21 * 8192 + 21 * 4096)
    );
    // Gemma 3 27B: five of six, and 62 layers make ten that look at everything.
    let gemma3 = r#"{"architectures":["Gemma3ForConditionalGeneration"],"model_type":"gemma3","text_config":{
        "model_type":"gemma3_text","hidden_size":5376,"num_hidden_layers":62,"num_attention_heads":32,
        "num_key_value_heads":16,"head_dim":128,"sliding_window":1024}}"#;
    assert_eq!(
        cache(gemma3, 131_072),
        2 * 16 * 128 * 2 * (10 * 131_072 + 52 * 1024)
    );
    // gpt-oss 20B: each layer says.
    let kinds = r#""sliding_attention","full_attention","#.repeat(12);
    let oss = format!(
        r#"{{"architectures":["GptOssForCausalLM"],"model_type":"gpt_oss","hidden_size":2880,"num_hidden_layers":24,
        "num_attention_heads":64,"num_key_value_heads":8,"head_dim":64,"sliding_window":128,"layer_types":[{}]}}"#,
        kinds.trim_end_matches(',')
    );
    assert_eq!(
        cache(&oss, 131_072),
        2 * 8 * 64 * 2 * (12 * 131_072 + 12 * 128)
    );
    // Qwen 2 with a window: only above so many layers.
    let qwen2 = r#"{"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":64,"num_hidden_layers":4,
        "num_attention_heads":2,"num_key_value_heads":1,"sliding_window":16,"use_sliding_window":true,"max_window_layers":3}"#;
    assert_eq!(cache(qwen2, 100), 2 * 32 * 2 * (3 * 100 + 16));
}

#[test]
fn compressed_keys_stand_for_all_heads() {
    // DeepSeek V3: 61 layers × (512 + 64).
    let deepseek = r#"{"architectures":["DeepseekV3ForCausalLM"],"model_type":"deepseek_v3","hidden_size":7168,
        "num_hidden_layers":61,"num_attention_heads":128,"num_key_value_heads":128,"kv_lora_rank":512,"qk_rope_head_dim":64,
        "qk_nope_head_dim":128,"v_head_dim":128,"n_routed_experts":256,"num_experts_per_tok":8,"n_shared_experts":1}"#;
    assert_eq!(cache(deepseek, 4096), 61 * 576 * 4096 * 2);
    let experts = model(deepseek).experts.expect("experts");
    assert_eq!(
        (experts.total, experts.active, experts.shared),
        (256, Some(8), Some(1))
    );
}

#[test]
fn layers_without_attention_keep_no_tokens() {
    // Qwen3-Next: every fourth layer.
    let next = r#"{"architectures":["Qwen3NextForCausalLM"],"model_type":"qwen3_next","hidden_size":2048,"num_hidden_layers":48,
        "num_attention_heads":16,"num_key_value_heads":2,"head_dim":256,"full_attention_interval":4}"#;
    assert_eq!(cache(next, 1000), 2 * 12 * 2 * 256 * 1000 * 2);
    // Jamba: one of eight, from the fifth on.
    let jamba = r#"{"architectures":["JambaForCausalLM"],"model_type":"jamba","hidden_size":4096,"num_hidden_layers":32,
        "num_attention_heads":32,"num_key_value_heads":8,"attn_layer_period":8,"attn_layer_offset":4}"#;
    assert_eq!(cache(jamba, 1000), 2 * 4 * 8 * 128 * 1000 * 2);
    let nemotron = r#"{"architectures":["NemotronHForCausalLM"],"model_type":"nemotron_h","hidden_size":4096,
        "num_hidden_layers":8,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":128,"hybrid_override_pattern":"M-M*-M-*"}"#;
    assert_eq!(cache(nemotron, 1000), 2 * 2 * 8 * 128 * 1000 * 2);
}

#[test]
fn the_type_of_the_cache_is_asked_for_or_that_of_the_model() {
    let of = |dtype: &str, cache_type| {
        let config = format!(
            r#"{{"architectures":["LlamaForCausalLM"],"hidden_size":64,"num_hidden_layers":1,"num_attention_heads":1,"dtype":"{dtype}"}}"#
        );
        let request = MemoryRequest {
            context: Some(10),
            batch: 3,
            cache_type,
        };
        let memory = Memory::estimate(&[], &Parameters::default(), &model(&config), request);
        memory.cache.expect("a cache").total.bytes
    };
    assert_eq!(of("float32", None), 2 * 64 * 10 * 3 * 4);
    assert_eq!(of("bfloat16", None), 2 * 64 * 10 * 3 * 2);
    assert_eq!(of("bfloat16", Some(CacheType::F8)), 2 * 64 * 10 * 3);
    assert_eq!(
        of("bfloat16", Some(CacheType::Q8_0)),
        2 * 64 * 10 * 3 * 34 / 32
    );
    for kind in CacheType::ALL {
        assert_eq!(kind.as_str().to_uppercase().parse(), Ok(kind));
    }
    assert!("q9".parse::<CacheType>().is_err());
}

#[test]
fn what_keeps_no_cache_says_so() {
    let note = |config: &str| {
        let memory = Memory::estimate(
            &[],
            &Parameters::default(),
            &model(config),
            MemoryRequest::default(),
        );
        assert_eq!(memory.cache, None);
        memory.notes.concat()
    };
    assert!(
        note(r#"{"architectures":["BertModel"],"model_type":"bert","num_hidden_layers":2}"#)
            .contains("keeps no cache")
    );
    let encoder = r#"{"architectures":["T5EncoderModel"],"model_type":"t5","num_layers":2,"num_heads":2,"d_kv":8,"vocab_size":9}"#;
    assert!(note(encoder).contains("keeps no cache"));
    let sees = r#"{"architectures":["Dinov2Model"],"model_type":"dinov2","num_hidden_layers":2,"num_attention_heads":2,"hidden_size":8}"#;
    assert!(note(sees).contains("keeps no cache"));
    assert!(note("{}").contains("not told"));
    let no_context = r#"{"architectures":["LlamaForCausalLM"],"hidden_size":64,"num_hidden_layers":1,"num_attention_heads":1}"#;
    assert!(note(no_context).contains("context is not told"));
}

#[test]
fn weights_layers_and_training_are_told_from_the_tensors() {
    let tensors = tensors(
        "embed.weight:BF16:10x4 layers.0.a:BF16:8 layers.0.b:BF16:30 layers.1.a:BF16:8 layers.10.a:BF16:39",
    );
    let parameters = Parameters::count(&tensors, None);
    let memory = Memory::estimate(
        &tensors,
        &parameters,
        &Architecture::default(),
        MemoryRequest::default(),
    );
    assert_eq!(memory.weights.map(|weights| weights.bytes), Some(250));
    let layer = memory.largest_layer.expect("a layer");
    assert_eq!(
        (layer.name.as_str(), layer.stored.bytes, layer.elements),
        ("embed", 80, 40)
    );
    let training = memory.training.expect("training");
    assert_eq!(training.full.total.bytes, 125 * 16);
    assert_eq!(training.full.accelerate.bytes, 125 * 16);
    assert_eq!(training.mixed.total.bytes, 125 * 18);
    assert_eq!(training.mixed.accelerate.bytes, 125 * 8);
    let loaded: Vec<(&str, u64)> = memory
        .loaded
        .iter()
        .map(|(name, amount)| (*name, amount.bytes))
        .collect();
    assert_eq!(
        loaded,
        [("F32", 500), ("BF16", 250), ("INT8", 125), ("INT4", 63)]
    );
}

#[test]
fn absurd_numbers_end_at_the_greatest_one() {
    let config = format!(
        r#"{{"architectures":["LlamaForCausalLM"],"hidden_size":{max},"num_hidden_layers":{max},"num_attention_heads":{max},
        "head_dim":{max},"max_position_embeddings":{max},"sliding_window":{max}}}"#,
        max = u64::MAX
    );
    let request = MemoryRequest {
        batch: u64::MAX,
        ..MemoryRequest::default()
    };
    let memory = Memory::estimate(&[], &Parameters::default(), &model(&config), request);
    assert_eq!(memory.cache.expect("a cache").total.bytes, u64::MAX);
    assert!(memory.notes.iter().any(|note| note.contains("64 bits")));
}

/// Fields that are looked at, and values that they should not have.
fn hostile() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    const FIELDS: [&str; 40] = [
        "architectures",
        "model_type",
        "num_hidden_layers",
        "hidden_size",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "kv_lora_rank",
        "qk_rope_head_dim",
        "v_head_dim",
        "sliding_window",
        "sliding_window_pattern",
        "layer_types",
        "max_window_layers",
        "use_sliding_window",
        "num_kv_shared_layers",
        "full_attention_interval",
        "attn_layer_period",
        "attn_layer_offset",
        "hybrid_override_pattern",
        "num_local_experts",
        "num_experts_per_tok",
        "max_position_embeddings",
        "vocab_size",
        "tie_word_embeddings",
        "torch_dtype",
        "quantization_config",
        "quantization",
        "text_config",
        "rope_parameters",
        "quant_method",
        "bits",
        "group_size",
        "mode",
        "format",
        "config_groups",
        "ignore",
        "modules_to_not_convert",
        "expert_dtype",
        "id2label",
    ];
    const TEXTS: [&str; 12] = [
        "LlamaForCausalLM",
        "gemma3",
        "gptq",
        "mlx",
        "compressed-tensors",
        "mixed-precision",
        "pack-quantized",
        "fp8",
        "bitsandbytes",
        "sliding_attention",
        "re:.*a",
        "a",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just(u64::MAX.to_string()),
        Just("1e300".to_owned()),
        Just("-3".to_owned()),
        (0_u64..9).prop_map(|number| number.to_string()),
        proptest::sample::select(&TEXTS[..]).prop_map(|text| format!("\"{text}\"")),
    ];
    let field = proptest::sample::select(&FIELDS[..]);
    leaf.prop_recursive(4, 60, 12, move |inner| {
        let fields = proptest::collection::vec((field.clone(), inner.clone()), 0..12);
        let object = fields.prop_map(|fields| {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            format!("{{{}}}", fields.join(","))
        });
        let list = proptest::collection::vec(inner, 0..5);
        prop_oneof![3 => object, 1 => list.prop_map(|values| format!("[{}]", values.join(",")))]
    })
}

proptest::proptest! {
    #[test]
    fn no_configuration_is_too_absurd(text in hostile()) {
        let Ok(config) = Config::parse(text.as_bytes()) else {
            return Ok(());
        };
        let tensors = tensors(
            "a.weight:U32:4x4 a.scales:F16:4 a.biases:F16:4 a.qweight:I32:4x4 a.weight_packed:I32:4x4 x.experts.1.w:I8:8
            model.embed_tokens.weight:F16:4x4 lm_head.weight:F16:4x4 big:F32:18446744073709551615x9",
        );
        let parameters = Parameters::count(&tensors, Some(&config));
        let architecture = Architecture::of(Some(&config), &[]);
        let active = parameters.active(architecture.experts);
        proptest::prop_assert!(active.is_none_or(|active| active <= parameters.total));
        let memory = Memory::estimate(&tensors, &parameters, &architecture, MemoryRequest::default());
        proptest::prop_assert!(memory.inference.is_some());
        let layers: u128 = architecture.attention.iter().map(|part| u128::from(part.layers)).sum();
        // A list that names layers may be longer than the number of layers, and is then cut.
        proptest::prop_assert!(layers <= u128::from(architecture.layers.unwrap_or(0)).max(9));
        let _ = crate::Interface::expected(crate::InterfaceSources { config: Some(&config), ..Default::default() });
    }
}
