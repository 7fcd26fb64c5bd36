//! What the pipelines of diffusers are for.

/// Whole names of pipelines whose words tell nothing, or something else.
const NAMES: &[(&str, &str)] = &[
    ("AllegroPipeline", "text-to-video"),
    ("DDIMPipeline", "unconditional-image-generation"),
    ("DDPMPipeline", "unconditional-image-generation"),
    ("DanceDiffusionPipeline", "text-to-audio"),
    ("KarrasVePipeline", "unconditional-image-generation"),
    ("LDMPipeline", "unconditional-image-generation"),
    ("LDMTextToImagePipeline", "text-to-image"),
    ("LDMSuperResolutionPipeline", "image-to-image"),
    ("LTXConditionPipeline", "image-to-video"),
    ("PNDMPipeline", "unconditional-image-generation"),
    ("ScoreSdeVePipeline", "unconditional-image-generation"),
    ("ShapEPipeline", "text-to-3d"),
    ("ShapEImg2ImgPipeline", "image-to-3d"),
    ("StableVideoDiffusionPipeline", "image-to-video"),
    ("I2VGenXLPipeline", "image-to-video"),
    ("ConsistencyModelPipeline", "unconditional-image-generation"),
    ("DiTPipeline", "unconditional-image-generation"),
];

/// Words in names of pipelines, the more special first.
const WORDS: &[(&str, &str)] = &[
    ("ImageToVideo", "image-to-video"),
    ("Image2Video", "image-to-video"),
    ("VideoToVideo", "video-to-video"),
    ("TextToVideo", "text-to-video"),
    ("AudioLDM", "text-to-audio"),
    ("MusicLDM", "text-to-audio"),
    ("StableAudio", "text-to-audio"),
    ("Depth2Img", "image-to-image"),
    ("Img2Img", "image-to-image"),
    ("Inpaint", "image-to-image"),
    ("Upscale", "image-to-image"),
    ("SuperResolution", "image-to-image"),
    ("Pix2Pix", "image-to-image"),
    ("ImageVariation", "image-to-image"),
    ("Kontext", "image-to-image"),
    ("ImageEdit", "image-to-image"),
    ("PaintByExample", "image-to-image"),
    ("MarigoldDepth", "depth-estimation"),
    ("ControlNet", "image-to-image"),
    ("AnimateDiff", "text-to-video"),
    ("CogVideoX", "text-to-video"),
    ("HunyuanVideo", "text-to-video"),
    ("LTX", "text-to-video"),
    ("Latte", "text-to-video"),
    ("Mochi", "text-to-video"),
    ("Wan", "text-to-video"),
    ("Video", "text-to-video"),
    ("StableDiffusion", "text-to-image"),
    ("StableCascade", "text-to-image"),
    ("StableUnCLIP", "text-to-image"),
    ("LatentConsistency", "text-to-image"),
    ("AltDiffusion", "text-to-image"),
    ("Amused", "text-to-image"),
    ("AuraFlow", "text-to-image"),
    ("Chroma", "text-to-image"),
    ("CogView", "text-to-image"),
    ("Flux", "text-to-image"),
    ("HiDream", "text-to-image"),
    ("HunyuanDiT", "text-to-image"),
    ("HunyuanImage", "text-to-image"),
    ("Kandinsky", "text-to-image"),
    ("Kolors", "text-to-image"),
    ("Lumina", "text-to-image"),
    ("PixArt", "text-to-image"),
    ("QwenImage", "text-to-image"),
    ("Sana", "text-to-image"),
    ("UnCLIP", "text-to-image"),
    ("VQDiffusion", "text-to-image"),
    ("Wuerstchen", "text-to-image"),
    ("ZImage", "text-to-image"),
    ("IFPipeline", "text-to-image"),
];

/// The task of a pipeline, by the name of its class.
pub(super) fn task(class: &str) -> Option<&'static str> {
    let class = class.strip_prefix("Onnx").unwrap_or(class);
    if !class.contains("Pipeline") && !class.contains("Decoder") {
        return None;
    }
    let by_name = NAMES.iter().find(|(name, _)| *name == class);
    by_name
        .or_else(|| WORDS.iter().find(|(word, _)| class.contains(word)))
        .map(|(_, task)| *task)
}
