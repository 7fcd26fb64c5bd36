use hubkit_safetensors::Dtype;
use hubkit_types::ByteRange;

use super::*;
use crate::{ElementType, Place};

/// Tensors as `NAME:TYPE:2x3`, apart by spaces.
pub(crate) fn tensors(text: &str) -> Vec<Tensor> {
    let made = text.split_whitespace().map(|tensor| {
        let parts: Vec<&str> = tensor.split(':').collect();
        let [name, dtype, shape] = parts[..] else {
            panic!("{tensor}");
        };
        let element: ElementType = match dtype.parse::<Dtype>() {
            Ok(dtype) => dtype.into(),
            Err(_) => ElementType::unsized_type(dtype.to_owned()),
        };
        let lengths = shape.split('x').filter(|length| !length.is_empty());
        let shape: Vec<u64> = lengths
            .map(|length| length.parse().expect("a number"))
            .collect();
        let elements = shape
            .iter()
            .try_fold(1_u64, |product, length| product.checked_mul(*length));
        Tensor {
            name: name.to_owned(),
            bytes: elements.and_then(|elements| element.bytes_of(elements)),
            element,
            shape,
            place: Place::Here(ByteRange::new(8, 9).expect("forward")),
        }
    });
    made.collect()
}

#[track_caller]
fn count(text: &str, config: &str) -> Parameters {
    let config = (!config.is_empty()).then(|| Config::parse(config.as_bytes()).expect("an object"));
    Parameters::count(&tensors(text), config.as_ref())
}

/// What is counted, as `TYPE:NUMBER` apart by spaces.
#[track_caller]
fn check(text: &str, config: &str, expected: &str) {
    let counted = count(text, config);
    let logical: Vec<String> = counted
        .logical
        .iter()
        .map(|(dtype, number)| format!("{dtype}:{number}"))
        .collect();
    assert_eq!(logical.join(" "), expected, "{text} {config}");
    assert_eq!(counted.total, counted.logical.values().sum::<u64>());
    assert_eq!(counted.total, counted.precision.values().sum::<u64>());
}

fn quantized(rest: &str) -> String {
    format!("{{\"quantization_config\":{{{rest}}}}}")
}

#[test]
fn what_is_not_packed_counts_as_it_is() {
    check(
        "a:F32:10x20 b:I64:4 c:F32: d:BF16:0x9",
        "",
        "BF16:0 F32:200 I64:4",
    );
    check(
        "a:F4:10x20 b:F6_E2M3:5x10 c:F6_E3M2:8x12 d:FP4:2",
        "",
        "F4:200 F6_E2M3:50 F6_E3M2:96 FP4:2",
    );
    check("a:F4:10x20 b:F8_E8M0:7x8 c:UE8:5 d:E8M0:4", "", "F4:200");
    check("a.weight_scale:F32:7 a.qweight:I32:2", "", "F32:7 I32:2");
}

#[test]
fn gptq_and_awq_hold_their_weights_in_integers() {
    let layer = "a.qweight:I32:8x4 a.qzeros:I32:1x4 a.scales:F16:1x4 a.g_idx:I32:64 a.bias:F16:4 lm_head.weight:F16:3";
    check(
        layer,
        &quantized(r#""quant_method":"gptq","bits":4"#),
        "F16:7 I32:256",
    );
    check(
        layer,
        &quantized(r#""quant_method":"AWQ""#),
        "F16:7 I32:256",
    );
    check(
        layer,
        &quantized(r#""quant_method":"gptq","bits":8"#),
        "F16:7 I32:128",
    );
    let kept = quantized(r#""quant_method":"awq","bits":4,"modules_to_not_convert":["a"]"#);
    check(layer, &kept, "F16:11 I32:100");
    // 32 weights of 3 bits fill three integers.
    check(
        "a.qweight:I32:96x4",
        &quantized(r#""quant_method":"gptq","bits":3"#),
        "I32:4096",
    );
}

#[test]
fn bitsandbytes_keeps_its_state_beside_the_weights() {
    let four = "a.weight:U8:32x1 a.weight.absmax:U8:4 a.weight.quant_map:F32:16 a.weight.nested_absmax:F32:1
        a.weight.nested_quant_map:F32:256 a.weight.quant_state.bitsandbytes__nf4:U8:90 b.weight:BF16:2";
    let nf4 = quantized(
        r#""quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4""#,
    );
    check(four, &nf4, "BF16:2 U8:64");
    assert_eq!(count(four, &nf4).precision.get("NF4"), Some(&64));
    let eight = "a.weight:I8:4x4 a.SCB:F32:4 a.weight_format:U8: b.weight:F16:2";
    check(
        eight,
        &quantized(r#""quant_method":"bitsandbytes","load_in_8bit":true"#),
        "F16:2 I8:16",
    );
}

#[test]
fn mlx_packs_each_module_by_its_own_parameters() {
    let mlx = |rest: &str| format!("{{\"quantization\":{{{rest}}}}}");
    for (bits, stored) in [(4, 12), (6, 18), (8, 24), (3, 9), (5, 15)] {
        let layer = format!(
            "q.weight:U32:{stored} q.scales:BF16:3 q.biases:BF16:3 q.bias:BF16:2 d.weight:BF16:5"
        );
        check(
            &layer,
            &mlx(&format!(r#""bits":{bits},"group_size":64"#)),
            "BF16:7 U32:96",
        );
    }
    let own = r#""bits":8,"group_size":64,"four":{"bits":4},"dense":false,"fp":{"mode":"mxfp4"}"#;
    check(
        "four.weight:U32:12 four.scales:BF16:1 four.biases:BF16:1 dense.weight:U32:12 fp.weight:U32:12 fp.scales:U8:1",
        &mlx(own),
        "U32:204",
    );
    // A configuration alone proves nothing, and neither do names.
    check(
        "q.weight:U32:12",
        &mlx(r#""bits":4,"group_size":64"#),
        "U32:12",
    );
    check(
        "q.weight:U32:12 q.scales:BF16:3",
        &mlx(r#""bits":1,"group_size":64"#),
        "BF16:3 U32:12",
    );
    check(
        "q.weight:U32:12 q.scales:BF16:3",
        &mlx(r#""bits":4,"mode":1"#),
        "BF16:3 U32:12",
    );
    check(
        "q.weight:U32:12 q.scales:BF16:3 q.biases:BF16:3 learned.scales:BF16:4 learned.biases:BF16:5",
        &mlx(r#""bits":4,"group_size":64"#),
        "BF16:9 U32:96",
    );
    check(
        "q.weight:U32:12 q.scales:U8:3 q.biases:BF16:4",
        &mlx(r#""mode":"mxfp4","bits":4,"group_size":32"#),
        "BF16:4 U32:96",
    );
    let placeholder =
        r#""group_size":16,"bits":4,"mode":"affine","n":{"group_size":16,"bits":4,"mode":"nvfp4"}"#;
    check("n.weight:U32:12 n.scales:U8:3", &mlx(placeholder), "U32:96");
    let other = r#"{"quantization":{"quant_method":"gptq","bits":2,"group_size":64},"quantization_config":{"quant_method":"gptq","bits":4}}"#;
    check("q.qweight:I32:10 q.scales:F16:2", other, "I32:80");
    let old = r#"{"text_config":{"quantization_config":{"group_size":64,"bits":4}}}"#;
    check(
        "q.weight:U32:12 q.scales:BF16:3 q.biases:BF16:3",
        old,
        "U32:96",
    );
}

#[test]
fn compressed_tensors_say_how_each_group_is_packed() {
    let with = |rest: &str| quantized(&format!(r#""quant_method":"compressed-tensors",{rest}"#));
    let layer = "a.weight_packed:I32:2x3 a.weight_scale:BF16:2 a.weight_shape:I64:2 a.weight_g_idx:I32:24 b.weight:BF16:5";
    for (bits, expected) in [(4, 48), (2, 96), (3, 64), (8, 24), (5, 38)] {
        let config = with(&format!(
            r#""format":"pack-quantized","config_groups":{{"group_0":{{"weights":{{"num_bits":{bits}}}}}}}"#
        ));
        check(layer, &config, &format!("BF16:5 I32:{expected}"));
    }
    check(
        "a.weight_packed:U8:8",
        &with(r#""format":"mxfp4-pack-quantized""#),
        "U8:16",
    );
    let nvfp4 = with(
        r#""format":"nvfp4-pack-quantized","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":4}}}"#,
    );
    check(
        "a.weight_packed:U8:8 a.weight_scale:F8_E4M3:1 a.weight_global_scale:F32:1",
        &nvfp4,
        "U8:16",
    );
    assert_eq!(
        count("a.weight_packed:U8:8", &nvfp4).precision.get("NVFP4"),
        Some(&16)
    );
    check(
        "a.weight:I8:8",
        &with(r#""format":"int-quantized""#),
        "I8:8",
    );
    check(
        "a.weight:F8_E4M3:8 a.weight_scale:F32:1",
        &with(r#""format":"float-quantized""#),
        "F8_E4M3:8",
    );
    let groups = with(
        r#""format":"pack-quantized","ignore":["re:.*self_attn.*"],"config_groups":{
        "group_0":{"targets":["a"],"weights":{"num_bits":8}},
        "group_1":{"targets":["re:.*mlp\\.gate$"],"weights":{"num_bits":4}}}"#,
    );
    let layers =
        "a.weight_packed:I32:10 x.mlp.gate.weight_packed:I32:10 self_attn.weight_packed:I32:1";
    check(layers, &groups, "I32:121");
    let mixed = with(
        r#""format":"mixed-precision","config_groups":{"group_0":{"targets":["Linear"],"format":"pack-quantized",
        "weights":{"num_bits":4}},"group_1":{"targets":["Embedding"],"format":"float-quantized"}}"#,
    );
    check(
        "a.weight_packed:I32:10 b.weight:F8_E4M3:3",
        &mixed,
        "F8_E4M3:3 I32:80",
    );
}

#[test]
fn experts_may_be_narrower_than_the_rest() {
    let layer = "l.0.ffn.experts.3.w1.weight:I8:2x4 l.0.ffn.shared_experts.w1.weight:I8:4 l.0.attn.weight:F8_E4M3:8
        l.0.attn.weight_scale_inv:F32:1 l.0.ffn.gate.tid2eid:I32:7 l.0.ffn.experts.3.w1.scale:F8_E8M0:4";
    let expected = "F8_E4M3:8 I32:7 I8:20";
    for config in [
        r#"{"quantization_config":{"quant_method":"fp8","expert_dtype":"fp4"}}"#,
        r#"{"text_config":{"quantization_config":{"quant_method":"fp8","expert_dtype":"fp4"}}}"#,
        r#"{"expert_dtype":"fp4","quantization_config":{"quant_method":"fp8"}}"#,
        r#"{"text_config":{"expert_dtype":"fp4","quantization_config":{"quant_method":"fp8"}}}"#,
        r#"{"quantization_config":{"quant_method":"fp8","store_dtype":"mxfp4"}}"#,
    ] {
        check(layer, config, expected);
    }
    for config in [
        r#"{"expert_dtype":"fp4","quantization_config":{"quant_method":"fp8","expert_dtype":"fp8"}}"#,
        r#"{"quantization_config":{"quant_method":"fp8","store_dtype":"bf16"}}"#,
        r#"{"quantization_config":{"quant_method":"fp8","expert_dtype":4}}"#,
    ] {
        check(layer, config, "F8_E4M3:8 I32:7 I8:12");
    }
    let gpt_oss = "l.0.mlp.experts.gate_up_proj_blocks:U8:2x4x2x16 l.0.mlp.experts.gate_up_proj_scales:U8:2x4x2
        l.0.mlp.experts.gate_up_proj_bias:BF16:2x4";
    check(
        gpt_oss,
        &quantized(r#""quant_method":"mxfp4""#),
        "BF16:8 U8:512",
    );
}

#[test]
fn packings_that_the_hub_counts_as_bytes_are_counted_as_weights() {
    let modelopt = quantized(r#""quant_method":"modelopt","quant_algo":"NVFP4""#);
    check(
        "a.weight:U8:4x8 a.weight_scale:F8_E4M3:4x1 a.weight_scale_2:F32:1 a.input_scale:F32:1 b.weight:BF16:2",
        &modelopt,
        "BF16:2 U8:64",
    );
    let bitnet = quantized(r#""quant_method":"bitnet""#);
    check("a.weight:U8:4x8 a.weight_scale:BF16:1", &bitnet, "U8:128");
    let torchao = quantized(
        r#""quant_method":"torchao","quant_type":{"default":{"_type":"Int4WeightOnlyConfig"}}"#,
    );
    check(
        "a._weight_qdata:U8:4x8 a._weight_scale:BF16:4 a._weight_zero_point:BF16:4 b.weight:BF16:2",
        &torchao,
        "BF16:2 U8:64",
    );
    check("a._weight_qdata:I32:4x8", &torchao, "I32:256");
}

#[test]
fn an_unknown_packing_is_said_to_be_unknown() {
    let unknown = quantized(r#""quant_method":"something""#);
    check("a.weight:U8:4x8", &unknown, "U8:32");
    assert_eq!(count("a.weight:U8:4x8", &unknown).notes.len(), 1);
    check(
        "a.weight:U8:4",
        &quantized(r#""bits":4,"load_in_4bit":true,"quant_method":"something""#),
        "U8:8",
    );
}

#[test]
fn a_tied_output_counts_once() {
    let both = "model.embed_tokens.weight:F16:10x4 model.layers.0.w:F16:7 lm_head.weight:F16:10x4";
    let one = "model.embed_tokens.weight:F16:10x4 model.layers.0.w:F16:7";
    check(both, r#"{"tie_word_embeddings":true}"#, "F16:47");
    check(both, "", "F16:87");
    check(one, r#"{"architectures":["LlamaForCausalLM"]}"#, "F16:47");
    let tied = |text, config| count(text, config).tied;
    let copy = tied(both, r#"{"tie_word_embeddings":true}"#).expect("tied");
    assert_eq!(copy.copy.as_deref(), Some("lm_head.weight"));
    assert!(tied(one, r#"{"architectures":["LlamaForCausalLM"]}"#).is_some());
    assert!(tied("token_embd.weight:Q4_K:10x4 output_norm.weight:F32:4", "").is_some());
    assert_eq!(
        tied(
            "token_embd.weight:Q4_K:10x4 output_norm.weight:F32:4 output.weight:Q6_K:10x4",
            ""
        ),
        None
    );
    assert_eq!(tied(one, r#"{"architectures":["LlamaModel"]}"#), None);
    assert_eq!(tied(both, r#"{"tie_word_embeddings":false}"#), None);
    assert_eq!(
        tied(
            "lm_head.qweight:I32:4 model.embed_tokens.weight:F16:10x4",
            r#"{"architectures":["LlamaForCausalLM"]}"#
        ),
        None
    );
}

#[test]
fn a_token_goes_through_the_experts_that_are_chosen() {
    let mixture = "model.layers.0.mlp.experts.0.w:F16:100 model.layers.0.mlp.experts.1.w:F16:100
        model.layers.0.mlp.experts.2.w:F16:100 model.layers.0.mlp.experts.3.w:F16:100
        model.layers.0.mlp.shared_experts.w:F16:5 model.layers.0.attn.w:F16:7";
    let counted = count(mixture, "");
    let experts = |total, active| {
        Some(Experts {
            total,
            active,
            shared: None,
        })
    };
    assert_eq!(counted.active(experts(4, Some(2))), Some(212));
    assert_eq!(counted.active(experts(4, None)), None);
    assert_eq!(counted.active(experts(4, Some(5))), None);
    assert_eq!(counted.active(None), None);
    let gguf = count(
        "blk.0.ffn_up_exps.weight:Q4_K:4x100 blk.0.ffn_up_shexp.weight:Q4_K:9",
        "",
    );
    assert_eq!(gguf.active(experts(4, Some(1))), Some(109));
}

#[test]
fn what_is_stored_is_told_whole() {
    let counted = count(
        "a.qweight:I32:8x4 a.scales:F16:1x4 b:F16:",
        &quantized(r#""quant_method":"gptq","bits":4"#),
    );
    let stored = |dtype: &str| counted.stored[dtype];
    assert_eq!(
        stored("I32"),
        Stored {
            tensors: 1,
            elements: 32,
            bytes: 128
        }
    );
    assert_eq!(
        stored("F16"),
        Stored {
            tensors: 2,
            elements: 5,
            bytes: 10
        }
    );
    assert_eq!(counted.scheme.as_deref(), Some("gptq"));
}

#[test]
fn absurd_shapes_end_at_the_greatest_number() {
    let counted = count(
        "a:F32:18446744073709551615x18446744073709551615x18446744073709551615 b:F32:2",
        "",
    );
    assert_eq!(counted.total, u64::MAX);
    assert!(
        counted.notes.iter().any(|note| note.contains("64 bits")),
        "{:?}",
        counted.notes
    );
}
