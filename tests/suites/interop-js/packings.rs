//! Models that are packed in every known way, of one linear layer each, so that what they hold is known beforehand.

/// A model, its files, and how many parameters it has.
pub(crate) struct Packing {
    pub(crate) name: &'static str,
    /// `config.json`.
    pub(crate) config: &'static str,
    /// The tensors of each shard, as `NAME:TYPE:2x3`, apart by spaces.
    pub(crate) shards: &'static [&'static str],
    /// How many parameters it had before it was packed.
    pub(crate) parameters: u64,
    /// Where the package counts otherwise: how many, and why it is wrong.
    pub(crate) differs: Option<(u64, &'static str)>,
}

/// What the linear layer has, 128 rows of 64.
const LAYER: u64 = 128 * 64;

/// What stands beside it: a norm and an embedding.
const REST: u64 = 100 * 64 + 64;

const fn packed(
    name: &'static str,
    config: &'static str,
    shards: &'static [&'static str],
) -> Packing {
    Packing {
        name,
        config,
        shards,
        parameters: LAYER + REST,
        differs: None,
    }
}

const fn differing(packing: Packing, theirs: u64, why: &'static str) -> Packing {
    Packing {
        differs: Some((theirs, why)),
        ..packing
    }
}

/// What all have beside the packed layer.
macro_rules! with_rest {
    ($layer:literal) => {
        concat!(
            "model.embed_tokens.weight:BF16:100x64 model.norm.weight:BF16:64 ",
            $layer
        )
    };
}

pub(crate) const PACKINGS: &[Packing] = &[
    packed(
        "plain",
        r#"{"architectures":["LlamaForCausalLM"]}"#,
        &[with_rest!("up.weight:BF16:128x64")],
    ),
    packed(
        "plain-without-configuration",
        "",
        &[with_rest!("up.weight:F32:128x64 steps:I64:")],
    ),
    packed(
        "plain-in-shards",
        "{}",
        &[
            "model.embed_tokens.weight:BF16:100x64",
            "model.norm.weight:BF16:64",
            "up.weight:F16:128x64",
        ],
    ),
    packed(
        "native-four-bits",
        "{}",
        &[with_rest!("up.weight:F4:128x64 up.scale:F8_E8M0:128x2")],
    ),
    packed(
        "native-six-bits",
        "{}",
        &[with_rest!("up.weight:F6_E2M3:128x64")],
    ),
    packed(
        "gptq-4",
        r#"{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":32,"desc_act":true}}"#,
        &[with_rest!(
            "up.qweight:I32:8x128 up.qzeros:I32:2x16 up.scales:F16:2x128 up.g_idx:I32:64"
        )],
    ),
    packed(
        "gptq-8",
        r#"{"quantization_config":{"quant_method":"gptq","bits":8,"group_size":32}}"#,
        &[with_rest!(
            "up.qweight:I32:16x128 up.qzeros:I32:2x32 up.scales:F16:2x128 up.g_idx:I32:64"
        )],
    ),
    packed(
        "gptq-2",
        r#"{"quantization_config":{"quant_method":"gptq","bits":2,"group_size":32}}"#,
        &[with_rest!(
            "up.qweight:I32:4x128 up.qzeros:I32:2x8 up.scales:F16:2x128 up.g_idx:I32:64"
        )],
    ),
    differing(
        packed(
            "gptq-3",
            r#"{"quantization_config":{"quant_method":"gptq","bits":3,"group_size":32}}"#,
            &[with_rest!(
                "up.qweight:I32:6x128 up.qzeros:I32:2x12 up.scales:F16:2x128 up.g_idx:I32:64"
            )],
        ),
        6 * 128 * 10 + REST,
        "ten weights of 3 bits an integer, where 32 of them fill three",
    ),
    packed(
        "gptq-with-a-plain-output",
        r#"{"quantization_config":{"quant_method":"gptq","bits":4,"modules_to_not_convert":["model.norm","out"]}}"#,
        &[
            "up.qweight:I32:8x128 up.scales:F16:2x128 model.norm.weight:BF16:64 out.weight:BF16:100x64",
        ],
    ),
    packed(
        "awq",
        r#"{"quantization_config":{"quant_method":"awq","bits":4,"group_size":32,"version":"gemm","zero_point":true}}"#,
        &[with_rest!(
            "up.qweight:I32:64x16 up.qzeros:I32:2x16 up.scales:F16:2x128"
        )],
    ),
    packed(
        "bitsandbytes-nf4-twice",
        r#"{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true,"load_in_8bit":false,"bnb_4bit_quant_type":"nf4","bnb_4bit_use_double_quant":true}}"#,
        &[with_rest!(
            "up.weight:U8:4096x1 up.weight.absmax:U8:128 up.weight.quant_map:F32:16 up.weight.nested_absmax:F32:1 up.weight.nested_quant_map:F32:256 up.weight.quant_state.bitsandbytes__nf4:U8:90"
        )],
    ),
    packed(
        "bitsandbytes-fp4",
        r#"{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"fp4"}}"#,
        &[with_rest!(
            "up.weight:U8:4096x1 up.weight.absmax:F32:128 up.weight.quant_map:F32:16 up.weight.quant_state.bitsandbytes__fp4:U8:81"
        )],
    ),
    differing(
        packed(
            "bitsandbytes-8",
            r#"{"quantization_config":{"quant_method":"bitsandbytes","load_in_8bit":true,"load_in_4bit":false}}"#,
            &[with_rest!(
                "up.weight:I8:128x64 up.SCB:F32:128 up.weight_format:U8:"
            )],
        ),
        LAYER + 128 + REST,
        "the scale of each row counts as a parameter",
    ),
    packed(
        "mlx-4",
        r#"{"quantization":{"group_size":64,"bits":4},"quantization_config":{"group_size":64,"bits":4}}"#,
        &[with_rest!(
            "up.weight:U32:128x8 up.scales:BF16:128x1 up.biases:BF16:128x1"
        )],
    ),
    packed(
        "mlx-3",
        r#"{"quantization":{"group_size":64,"bits":3,"mode":"affine"}}"#,
        &[with_rest!(
            "up.weight:U32:128x6 up.scales:BF16:128x1 up.biases:BF16:128x1"
        )],
    ),
    packed(
        "mlx-6",
        r#"{"quantization":{"group_size":32,"bits":6}}"#,
        &[with_rest!(
            "up.weight:U32:128x12 up.scales:BF16:128x2 up.biases:BF16:128x2"
        )],
    ),
    packed(
        "mlx-8-in-shards",
        r#"{"quantization_config":{"group_size":64,"bits":8}}"#,
        &[
            with_rest!("up.weight:U32:128x16"),
            "up.scales:BF16:128x1 up.biases:BF16:128x1",
        ],
    ),
    packed(
        "mlx-mxfp4",
        r#"{"quantization":{"group_size":32,"bits":4,"mode":"mxfp4"}}"#,
        &[with_rest!("up.weight:U32:128x8 up.scales:U8:128x2")],
    ),
    packed(
        "mlx-nvfp4",
        r#"{"quantization":{"group_size":16,"bits":4,"mode":"nvfp4"}}"#,
        &[with_rest!("up.weight:U32:128x8 up.scales:U8:128x4")],
    ),
    packed(
        "mlx-mxfp8",
        r#"{"quantization":{"mode":"mxfp8"}}"#,
        &[with_rest!("up.weight:U32:128x16 up.scales:U8:128x2")],
    ),
    packed(
        "mlx-each-module-otherwise",
        r#"{"quantization":{"group_size":64,"bits":4,"model.embed_tokens":{"group_size":64,"bits":8},"model.norm":false}}"#,
        &[
            "model.embed_tokens.weight:U32:100x16 model.embed_tokens.scales:BF16:100x1 model.embed_tokens.biases:BF16:100x1 model.norm.weight:BF16:64 up.weight:U32:128x8 up.scales:BF16:128x1 up.biases:BF16:128x1",
        ],
    ),
    packed(
        "mlx-in-the-section-of-the-text",
        r#"{"text_config":{"quantization":{"group_size":64,"bits":4}}}"#,
        &[with_rest!(
            "up.weight:U32:128x8 up.scales:BF16:128x1 up.biases:BF16:128x1"
        )],
    ),
    packed(
        "compressed-tensors-4",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"pack-quantized","ignore":["lm_head"],"config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":4,"type":"int","group_size":32}}}}}"#,
        &[with_rest!(
            "up.weight_packed:I32:128x8 up.weight_scale:BF16:128x2 up.weight_shape:I64:2 up.weight_zero_point:I32:16x2 up.weight_g_idx:I32:64"
        )],
    ),
    packed(
        "compressed-tensors-8",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"pack-quantized","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":8}}}}}"#,
        &[with_rest!(
            "up.weight_packed:I32:128x16 up.weight_scale:BF16:128x1 up.weight_shape:I64:2"
        )],
    ),
    packed(
        "compressed-tensors-nvfp4",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"nvfp4-pack-quantized","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":4,"type":"float","group_size":16}}}}}"#,
        &[with_rest!(
            "up.weight_packed:U8:128x32 up.weight_scale:F8_E4M3:128x4 up.weight_global_scale:F32:1 up.input_global_scale:F32:1"
        )],
    ),
    packed(
        "compressed-tensors-mxfp4",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"mxfp4-pack-quantized"}}"#,
        &[with_rest!(
            "up.weight_packed:U8:128x32 up.weight_scale:U8:128x2"
        )],
    ),
    packed(
        "compressed-tensors-int8",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"int-quantized","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":8}}}}}"#,
        &[with_rest!("up.weight:I8:128x64 up.weight_scale:BF16:128x1")],
    ),
    packed(
        "compressed-tensors-fp8",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"float-quantized"}}"#,
        &[with_rest!(
            "up.weight:F8_E4M3:128x64 up.weight_scale:BF16:128x1 up.input_scale:BF16:1"
        )],
    ),
    packed(
        "compressed-tensors-by-name",
        r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"pack-quantized","ignore":["re:.*norm$"],"config_groups":{"group_0":{"targets":["re:.*embed_tokens$"],"weights":{"num_bits":8}},"group_1":{"targets":["up"],"weights":{"num_bits":4}}}}}"#,
        &[
            "model.embed_tokens.weight_packed:I32:100x16 model.norm.weight:BF16:64 up.weight_packed:I32:128x8",
        ],
    ),
    differing(
        packed(
            "compressed-tensors-mixed-by-class",
            r#"{"quantization_config":{"quant_method":"compressed-tensors","format":"mixed-precision","config_groups":{"group_0":{"targets":["Linear"],"format":"pack-quantized","weights":{"num_bits":4}},"group_1":{"targets":["Embedding"],"format":"float-quantized"}}}}"#,
            &[with_rest!(
                "up.weight_packed:I32:128x8 up.weight_scale:BF16:128x2"
            )],
        ),
        LAYER / 8 + REST,
        "a group that means a class is not found by a name, and its integers count as one each",
    ),
    packed(
        "fp8-in-blocks",
        r#"{"quantization_config":{"quant_method":"fp8","fmt":"e4m3","weight_block_size":[128,128]}}"#,
        &[with_rest!(
            "up.weight:F8_E4M3:128x64 up.weight_scale_inv:F32:1x1"
        )],
    ),
    packed(
        "fp8-with-fp4-experts",
        r#"{"expert_dtype":"fp4","quantization_config":{"quant_method":"fp8"}}"#,
        &[with_rest!(
            "layers.0.ffn.experts.0.w1.weight:I8:64x32 layers.0.ffn.experts.0.w1.scale:F8_E8M0:64x2 layers.0.ffn.experts.1.w1.weight:I8:64x32 layers.0.ffn.experts.1.w1.scale:F8_E8M0:64x2"
        )],
    ),
    packed(
        "fp8-with-mxfp4-experts",
        r#"{"quantization_config":{"quant_method":"fp8","store_dtype":"mxfp4"}}"#,
        &[with_rest!(
            "layers.0.mlp.experts.0.up.weight:U8:128x32 layers.0.mlp.experts.0.up.weight_scale:U8:128x2"
        )],
    ),
    packed(
        "mxfp4",
        r#"{"quantization_config":{"quant_method":"mxfp4","modules_to_not_convert":["model.layers.*.self_attn"]}}"#,
        &[with_rest!(
            "layers.0.mlp.experts.up_proj_blocks:U8:2x64x2x16 layers.0.mlp.experts.up_proj_scales:U8:2x64x2"
        )],
    ),
    packed(
        "modelopt-fp8",
        r#"{"quantization_config":{"quant_method":"modelopt","quant_algo":"FP8"}}"#,
        &[with_rest!(
            "up.weight:F8_E4M3:128x64 up.weight_scale:F32: up.input_scale:F32:"
        )],
    ),
    differing(
        packed(
            "modelopt-nvfp4",
            r#"{"quantization_config":{"quant_method":"modelopt","quant_algo":"NVFP4"}}"#,
            &[with_rest!(
                "up.weight:U8:128x32 up.weight_scale:F8_E4M3:128x4 up.weight_scale_2:F32: up.input_scale:F32:"
            )],
        ),
        LAYER / 2 + REST,
        "two weights a byte count as one",
    ),
    differing(
        packed(
            "bitnet",
            r#"{"quantization_config":{"quant_method":"bitnet"}}"#,
            &[with_rest!("up.weight:U8:32x64 up.weight_scale:BF16:1")],
        ),
        LAYER / 4 + REST,
        "four weights a byte count as one",
    ),
    differing(
        packed(
            "torchao-int4",
            r#"{"quantization_config":{"quant_method":"torchao","quant_type":{"default":{"_type":"Int4WeightOnlyConfig","_version":2}}}}"#,
            &[with_rest!(
                "up._weight_qdata:U8:128x32 up._weight_scale:BF16:2x128 up._weight_zero_point:BF16:2x128"
            )],
        ),
        LAYER / 2 + 512 + REST,
        "two weights a byte count as one, and their scales and zero points as parameters",
    ),
    differing(
        packed(
            "torchao-int8",
            r#"{"quantization_config":{"quant_method":"torchao","quant_type":{"default":{"_type":"Int8WeightOnlyConfig"}}}}"#,
            &[with_rest!(
                "up._weight_qdata:I8:128x64 up._weight_scale:BF16:128x1"
            )],
        ),
        LAYER + 128 + REST,
        "the scale of each row counts as a parameter",
    ),
    packed(
        "tied",
        r#"{"architectures":["LlamaForCausalLM"],"tie_word_embeddings":true}"#,
        &[with_rest!("up.weight:BF16:128x64")],
    ),
    differing(
        packed(
            "tied-and-stored-twice",
            r#"{"architectures":["LlamaForCausalLM"],"tie_word_embeddings":true}"#,
            &[with_rest!(
                "up.weight:BF16:128x64 lm_head.weight:BF16:100x64"
            )],
        ),
        LAYER + REST + 6400,
        "one weight in two places counts twice",
    ),
    Packing {
        name: "an-unknown-packing",
        config: r#"{"quantization_config":{"quant_method":"quanto","weights":"int4"}}"#,
        shards: &[with_rest!(
            "up.weight._data:U8:128x32 up.weight._scale:BF16:128x1"
        )],
        parameters: LAYER / 2 + 128 + REST,
        differs: None,
    },
    Packing {
        name: "only-a-number-of-bits",
        config: r#"{"quantization_config":{"quant_method":"unheard","bits":4}}"#,
        shards: &[with_rest!("up.weight:U8:128x32")],
        parameters: LAYER + REST,
        differs: None,
    },
];
