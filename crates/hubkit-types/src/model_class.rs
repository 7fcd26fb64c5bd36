//! What the class of a model tells: `BertForMaskedLM`.

mod families;

use families::{BODIES, IMAGE_BODIES, SOUND_FAMILIES, TEXT_TO_TEXT};

/// What a model was saved from: the class of transformers that `architectures` in its `config.json` names, by its task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ModelClass {
    /// The task it is for, by the Hub's name. `text2text-generation`, which the Hub has given up, is what translates,
    /// summarises and the like: the class does not say which.
    pub task: &'static str,
    /// The class of transformers that loads it, where there is one for the task.
    pub loader: Option<&'static str>,
    /// What it reads, where the task does not tell: `feature-extraction` is done for texts and sounds.
    pub sense: Option<Sense>,
}

/// What a model perceives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sense {
    /// Written language.
    Text,
    /// Images.
    Image,
    /// Sounds.
    Sound,
}

/// What a model perceives beside texts, as its configuration says: `vision_config` and `audio_config`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Senses {
    /// It has a part for images.
    pub images: bool,
    /// It has a part for sounds.
    pub sounds: bool,
}

impl Senses {
    /// What the part for images is called at the top of a `config.json`, or in its `thinker_config`.
    pub const IMAGE_PARTS: [&str; 4] = [
        "vision_config",
        "visual",
        "mm_vision_tower",
        "img_processor",
    ];
    /// What the part for sounds is called there.
    pub const SOUND_PARTS: [&str; 3] = ["audio_config", "audio_encoder_config", "speech_config"];
}

/// Whole names, for classes whose ends tell nothing or something else.
const NAMES: &[(&str, &str, &str)] = &[
    (
        "AlignModel",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "AltCLIPModel",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "CLIPModel",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "ChineseCLIPModel",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "MetaClip2Model",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "Siglip2Model",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "SiglipModel",
        "zero-shot-image-classification",
        "AutoModelForZeroShotImageClassification",
    ),
    (
        "OwlViTForObjectDetection",
        "zero-shot-object-detection",
        "AutoModelForZeroShotObjectDetection",
    ),
    (
        "Owlv2ForObjectDetection",
        "zero-shot-object-detection",
        "AutoModelForZeroShotObjectDetection",
    ),
    (
        "GroundingDinoForObjectDetection",
        "zero-shot-object-detection",
        "AutoModelForZeroShotObjectDetection",
    ),
    (
        "MMGroundingDinoForObjectDetection",
        "zero-shot-object-detection",
        "AutoModelForZeroShotObjectDetection",
    ),
    (
        "OmDetTurboForObjectDetection",
        "zero-shot-object-detection",
        "AutoModelForZeroShotObjectDetection",
    ),
    ("SamModel", "mask-generation", "AutoModelForMaskGeneration"),
    (
        "SamHQModel",
        "mask-generation",
        "AutoModelForMaskGeneration",
    ),
    ("Sam2Model", "mask-generation", "AutoModelForMaskGeneration"),
    (
        "EdgeTamModel",
        "mask-generation",
        "AutoModelForMaskGeneration",
    ),
    ("VitsModel", "text-to-speech", "AutoModelForTextToWaveform"),
    ("BarkModel", "text-to-speech", "AutoModelForTextToWaveform"),
    ("FastSpeech2ConformerModel", "text-to-speech", ""),
    (
        "FastSpeech2ConformerWithHifiGan",
        "text-to-speech",
        "AutoModelForTextToWaveform",
    ),
    ("ParlerTTSForConditionalGeneration", "text-to-speech", ""),
    (
        "CsmForConditionalGeneration",
        "text-to-speech",
        "AutoModelForTextToWaveform",
    ),
    ("DiaForConditionalGeneration", "text-to-speech", ""),
    (
        "MusicgenForConditionalGeneration",
        "text-to-audio",
        "AutoModelForTextToWaveform",
    ),
    (
        "MusicgenMelodyForConditionalGeneration",
        "text-to-audio",
        "AutoModelForTextToWaveform",
    ),
    (
        "WhisperForConditionalGeneration",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "MoonshineForConditionalGeneration",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "Speech2TextForConditionalGeneration",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "KyutaiSpeechToTextForConditionalGeneration",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "SpeechEncoderDecoderModel",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "VisionEncoderDecoderModel",
        "image-to-text",
        "AutoModelForImageTextToText",
    ),
    (
        "BlipForConditionalGeneration",
        "image-to-text",
        "AutoModelForImageTextToText",
    ),
    (
        "GitForCausalLM",
        "image-to-text",
        "AutoModelForImageTextToText",
    ),
    (
        "Pix2StructForConditionalGeneration",
        "image-to-text",
        "AutoModelForImageTextToText",
    ),
    (
        "FuyuForCausalLM",
        "image-text-to-text",
        "AutoModelForImageTextToText",
    ),
    (
        "ViltForQuestionAnswering",
        "visual-question-answering",
        "AutoModelForVisualQuestionAnswering",
    ),
    (
        "BlipForQuestionAnswering",
        "visual-question-answering",
        "AutoModelForVisualQuestionAnswering",
    ),
    (
        "TapasForQuestionAnswering",
        "table-question-answering",
        "AutoModelForTableQuestionAnswering",
    ),
    ("DecisionTransformerModel", "reinforcement-learning", ""),
    ("JanusForConditionalGeneration", "any-to-any", ""),
    ("Qwen2_5OmniModel", "any-to-any", ""),
    (
        "EncoderDecoderModel",
        "text2text-generation",
        "AutoModelForSeq2SeqLM",
    ),
    (
        "MarianMTModel",
        "text2text-generation",
        "AutoModelForSeq2SeqLM",
    ),
    ("XLMWithLMHeadModel", "fill-mask", "AutoModelForMaskedLM"),
    (
        "T5WithLMHeadModel",
        "text2text-generation",
        "AutoModelForSeq2SeqLM",
    ),
];

/// Ends of names. What serves several tasks (`…ForConditionalGeneration`) is not among them.
const ENDS: &[(&str, &str, &str)] = &[
    ("ForMaskedLM", "fill-mask", "AutoModelForMaskedLM"),
    ("ForCausalLM", "text-generation", "AutoModelForCausalLM"),
    ("LMHeadModel", "text-generation", "AutoModelForCausalLM"),
    (
        "ForSequenceClassification",
        "text-classification",
        "AutoModelForSequenceClassification",
    ),
    (
        "ForTokenClassification",
        "token-classification",
        "AutoModelForTokenClassification",
    ),
    (
        "ForQuestionAnswering",
        "question-answering",
        "AutoModelForQuestionAnswering",
    ),
    (
        "ForMultipleChoice",
        "multiple-choice",
        "AutoModelForMultipleChoice",
    ),
    (
        "ForImageClassification",
        "image-classification",
        "AutoModelForImageClassification",
    ),
    (
        "ForVideoClassification",
        "video-classification",
        "AutoModelForVideoClassification",
    ),
    (
        "ForObjectDetection",
        "object-detection",
        "AutoModelForObjectDetection",
    ),
    (
        "ForSemanticSegmentation",
        "image-segmentation",
        "AutoModelForSemanticSegmentation",
    ),
    (
        "ForUniversalSegmentation",
        "image-segmentation",
        "AutoModelForUniversalSegmentation",
    ),
    (
        "ForInstanceSegmentation",
        "image-segmentation",
        "AutoModelForInstanceSegmentation",
    ),
    (
        "ForImageSegmentation",
        "image-segmentation",
        "AutoModelForImageSegmentation",
    ),
    (
        "ForDepthEstimation",
        "depth-estimation",
        "AutoModelForDepthEstimation",
    ),
    (
        "ForKeypointDetection",
        "keypoint-detection",
        "AutoModelForKeypointDetection",
    ),
    ("ForPoseEstimation", "keypoint-detection", ""),
    (
        "ForImageSuperResolution",
        "image-to-image",
        "AutoModelForImageToImage",
    ),
    (
        "ForAudioClassification",
        "audio-classification",
        "AutoModelForAudioClassification",
    ),
    ("ForSpeechClassification", "audio-classification", ""),
    ("ForCTC", "automatic-speech-recognition", "AutoModelForCTC"),
    (
        "ForSpeechSeq2Seq",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "ForSpeechToText",
        "automatic-speech-recognition",
        "AutoModelForSpeechSeq2Seq",
    ),
    (
        "ForTextToSpeech",
        "text-to-speech",
        "AutoModelForTextToSpectrogram",
    ),
    ("ForSpeechToSpeech", "audio-to-audio", ""),
    ("ForTextToText", "translation", "AutoModelForSeq2SeqLM"),
    ("ForPrediction", "time-series-forecasting", ""),
    ("OmniForConditionalGeneration", "any-to-any", ""),
    ("OmniMoeForConditionalGeneration", "any-to-any", ""),
];

/// Ends of names of what writes texts: about what else it perceives, where it has parts for that.
const WRITERS: [&str; 6] = [
    "ForCausalLM",
    "ForConditionalGeneration",
    "LMHeadModel",
    "ChatModel",
    "MiniCPMV",
    "MiniCPMO",
];

impl ModelClass {
    /// What a class tells; nothing where it leaves a doubt. Classes for TensorFlow and Flax tell what those for PyTorch do.
    pub fn named(class: &str, senses: Senses) -> Option<Self> {
        let class = ["TF", "Flax"]
            .iter()
            .find_map(|prefix| class.strip_prefix(prefix))
            .unwrap_or(class);
        let by_name = NAMES.iter().find(|(name, ..)| *name == class);
        if let Some((_, task, loader)) = by_name {
            return Some(Self::new(task, loader));
        }
        Self::of_family(class)
            .or_else(|| Self::of_writer(class, senses))
            .or_else(|| {
                let by_end = ENDS.iter().find(|(end, ..)| class.ends_with(end));
                by_end.map(|(_, task, loader)| Self::new(task, loader))
            })
            .or_else(|| Self::of_body(class))
    }

    fn new(task: &'static str, loader: &'static str) -> Self {
        Self {
            task,
            loader: Some(loader).filter(|loader| !loader.is_empty()),
            sense: None,
        }
    }

    /// Classes whose ends mean something else in their families.
    fn of_family(class: &str) -> Option<Self> {
        let of = |families: &[&str], end: &str| {
            let family = class.strip_suffix(end);
            family.is_some_and(|family| families.contains(&family))
        };
        if of(TEXT_TO_TEXT, "ForConditionalGeneration") {
            return Some(Self::new("text2text-generation", "AutoModelForSeq2SeqLM"));
        }
        if of(SOUND_FAMILIES, "ForSequenceClassification") {
            return Some(Self::new(
                "audio-classification",
                "AutoModelForAudioClassification",
            ));
        }
        if class.starts_with("LayoutLM") && class.ends_with("ForQuestionAnswering") {
            return Some(Self::new(
                "document-question-answering",
                "AutoModelForDocumentQuestionAnswering",
            ));
        }
        if class.starts_with("Col") && class.ends_with("ForRetrieval") {
            return Some(Self::new("visual-document-retrieval", ""));
        }
        None
    }

    /// What writes about images and sounds.
    fn of_writer(class: &str, senses: Senses) -> Option<Self> {
        let perceives = senses.images || senses.sounds;
        if !perceives || !WRITERS.iter().any(|end| class.ends_with(end)) || class.contains("Omni") {
            return None;
        }
        Some(match senses.images {
            true if class.contains("Video") => {
                Self::new("video-text-to-text", "AutoModelForImageTextToText")
            }
            true => Self::new("image-text-to-text", "AutoModelForImageTextToText"),
            false => Self::new("audio-text-to-text", ""),
        })
    }

    /// A body without a head.
    fn of_body(class: &str) -> Option<Self> {
        let family = class.strip_suffix("Model")?;
        let (task, loader, sense) = if BODIES.contains(&family) {
            ("feature-extraction", "AutoModel", Sense::Text)
        } else if IMAGE_BODIES.contains(&family) {
            ("image-feature-extraction", "AutoModel", Sense::Image)
        } else if SOUND_FAMILIES.contains(&family) {
            ("feature-extraction", "AutoModel", Sense::Sound)
        } else {
            return None;
        };
        Some(Self {
            sense: Some(sense),
            ..Self::new(task, loader)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(class: &str, senses: Senses, task: &str) {
        let found = ModelClass::named(class, senses).map_or("", |found| found.task);
        assert_eq!(found, task, "{class}");
    }

    #[test]
    fn ends_tell_unless_the_family_means_something_else() {
        for (class, task) in [
            ("BertForMaskedLM", "fill-mask"),
            ("TFGPT2LMHeadModel", "text-generation"),
            ("FlaxBartForConditionalGeneration", "text2text-generation"),
            ("BartForSequenceClassification", "text-classification"),
            ("Wav2Vec2ForSequenceClassification", "audio-classification"),
            ("Wav2Vec2ForCTC", "automatic-speech-recognition"),
            ("WhisperForAudioClassification", "audio-classification"),
            (
                "LayoutLMv3ForQuestionAnswering",
                "document-question-answering",
            ),
            ("SpeechT5ForTextToSpeech", "text-to-speech"),
            ("DetrForObjectDetection", "object-detection"),
            ("OwlViTForObjectDetection", "zero-shot-object-detection"),
            ("Qwen3OmniMoeForConditionalGeneration", "any-to-any"),
            ("LlavaForConditionalGeneration", ""),
            ("RagSequenceForGeneration", ""),
            ("", ""),
        ] {
            check(class, Senses::default(), task);
        }
    }

    #[test]
    fn what_writes_does_so_about_what_it_perceives() {
        let images = Senses {
            images: true,
            sounds: false,
        };
        let sounds = Senses {
            images: false,
            sounds: true,
        };
        check(
            "LlavaForConditionalGeneration",
            images,
            "image-text-to-text",
        );
        check("Phi3VForCausalLM", images, "image-text-to-text");
        check(
            "VideoLlavaForConditionalGeneration",
            images,
            "video-text-to-text",
        );
        check(
            "VoxtralForConditionalGeneration",
            sounds,
            "audio-text-to-text",
        );
        // Parts that the family always has.
        check("CLIPModel", images, "zero-shot-image-classification");
        check("Qwen2_5OmniForConditionalGeneration", images, "any-to-any");
    }

    #[test]
    fn bodies_tell_what_they_read() {
        for (class, sense) in [
            ("BertModel", Some(Sense::Text)),
            ("ViTModel", Some(Sense::Image)),
            ("Wav2Vec2Model", Some(Sense::Sound)),
            ("FooModel", None),
        ] {
            let found = ModelClass::named(class, Senses::default());
            assert_eq!(found.and_then(|found| found.sense), sense, "{class}");
        }
    }

    #[test]
    fn no_class_is_listed_twice() {
        for table in [NAMES, ENDS] {
            for (class, ..) in table {
                let same = table.iter().filter(|(other, ..)| other == class);
                assert_eq!(same.count(), 1, "{class}");
            }
        }
    }
}
