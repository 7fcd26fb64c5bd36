//! The usual inputs and outputs of a task, as the classes of transformers take and give them.

use hubkit_types::{ModelClass, Sense};

use crate::{Config, Dimension};

use super::{InterfaceSource, Making, Slot, content, named, slot};

/// A task of which inputs and outputs are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Task {
    TextGeneration,
    FillMask,
    TextClassification,
    TokenClassification,
    QuestionAnswering,
    FeatureExtraction,
    SequenceToSequence,
    ImageClassification,
    ImageFeatures,
    ObjectDetection,
    ImageSegmentation,
    DepthEstimation,
    ZeroShotImageClassification,
    ImageTextToText,
    SpeechRecognition,
    AudioClassification,
    TextToImage,
    TextToSpeech,
}

use Task::{
    AudioClassification, DepthEstimation, FeatureExtraction, FillMask, ImageClassification,
    ImageFeatures, ImageSegmentation, ImageTextToText, ObjectDetection, QuestionAnswering,
    SequenceToSequence, SpeechRecognition, TextClassification, TextGeneration, TextToImage,
    TextToSpeech, TokenClassification, ZeroShotImageClassification,
};

/// The hub's names of tasks. Of several for one the first is its name.
pub(super) const NAMES: [(&str, Task); 29] = [
    ("text-generation", TextGeneration),
    ("conversational", TextGeneration),
    ("fill-mask", FillMask),
    ("text-classification", TextClassification),
    ("zero-shot-classification", TextClassification),
    ("text-ranking", TextClassification),
    ("token-classification", TokenClassification),
    ("question-answering", QuestionAnswering),
    ("feature-extraction", FeatureExtraction),
    ("sentence-similarity", FeatureExtraction),
    ("text2text-generation", SequenceToSequence),
    ("translation", SequenceToSequence),
    ("summarization", SequenceToSequence),
    ("image-classification", ImageClassification),
    ("image-feature-extraction", ImageFeatures),
    ("object-detection", ObjectDetection),
    ("zero-shot-object-detection", ObjectDetection),
    ("image-segmentation", ImageSegmentation),
    ("mask-generation", ImageSegmentation),
    ("depth-estimation", DepthEstimation),
    (
        "zero-shot-image-classification",
        ZeroShotImageClassification,
    ),
    ("image-text-to-text", ImageTextToText),
    ("image-to-text", ImageTextToText),
    ("visual-question-answering", ImageTextToText),
    ("automatic-speech-recognition", SpeechRecognition),
    ("audio-classification", AudioClassification),
    ("text-to-image", TextToImage),
    ("text-to-speech", TextToSpeech),
    ("text-to-audio", TextToSpeech),
];

impl Task {
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, task)| *task)
    }

    pub(super) fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, task)| *task == self);
        found.map_or("", |(name, _)| name)
    }

    /// By the class that the model was saved from.
    pub(super) fn of_config(config: &Config) -> Option<Self> {
        let senses = config.senses();
        let of = |class: &&str| {
            let class = ModelClass::named(class, senses)?;
            // The vectors of sounds have no slots here.
            let is_known = class.sense != Some(Sense::Sound);
            is_known.then(|| Self::named(class.task)).flatten()
        };
        config.architectures().iter().find_map(of)
    }
}

impl Making<'_> {
    pub(super) fn inputs(&mut self, task: Task) -> Vec<Slot> {
        match task {
            TextGeneration | FillMask | TextClassification | TokenClassification
            | QuestionAnswering | FeatureExtraction => self.tokens(),
            SequenceToSequence => {
                let mut slots = self.tokens();
                slots.push(written());
                slots
            }
            ImageClassification | ImageFeatures | ObjectDetection | ImageSegmentation
            | DepthEstimation => {
                vec![self.pixels()]
            }
            ZeroShotImageClassification | ImageTextToText => {
                let mut slots = self.tokens();
                slots.push(self.pixels());
                slots
            }
            SpeechRecognition => {
                let mut slots = vec![self.sound()];
                if self.is_encoder_decoder() {
                    slots.push(written());
                }
                slots
            }
            AudioClassification => vec![self.sound()],
            TextToImage | TextToSpeech => vec![content("prompt", "a text")],
        }
    }

    pub(super) fn outputs(&mut self, task: Task) -> Vec<Slot> {
        let (batch, sequence) = (|| named("batch"), || named("sequence"));
        match task {
            TextGeneration | FillMask | ImageTextToText => {
                let vocabulary = self.configured(&["vocab_size"], "vocabulary");
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), sequence(), vocabulary],
                    "a score for each token of the vocabulary",
                )]
            }
            SequenceToSequence => {
                let vocabulary = self.configured(&["vocab_size"], "vocabulary");
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), named("written"), vocabulary],
                    "a score for each token of the vocabulary",
                )]
            }
            SpeechRecognition => {
                let vocabulary = self.configured(&["vocab_size"], "vocabulary");
                let along = if self.is_encoder_decoder() {
                    "written"
                } else {
                    "frames"
                };
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), named(along), vocabulary],
                    "a score for each token of the vocabulary",
                )]
            }
            TextClassification | ImageClassification | AudioClassification => {
                let labels = self.labels();
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), labels],
                    "a score for each label",
                )]
            }
            TokenClassification => {
                let labels = self.labels();
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), sequence(), labels],
                    "a score of each token for each label",
                )]
            }
            QuestionAnswering => ["start_logits", "end_logits"]
                .map(|name| {
                    slot(
                        name,
                        "F32",
                        vec![batch(), sequence()],
                        "a score of each token for being there",
                    )
                })
                .into(),
            FeatureExtraction => {
                let hidden =
                    self.configured(&["hidden_size", "d_model", "n_embd", "dim"], "hidden");
                vec![slot(
                    "last_hidden_state",
                    "F32",
                    vec![batch(), sequence(), hidden],
                    "a vector for each token",
                )]
            }
            ImageFeatures => {
                let hidden = self.configured(&["hidden_size"], "hidden");
                vec![slot(
                    "last_hidden_state",
                    "F32",
                    vec![batch(), named("patches"), hidden],
                    "a vector for each patch",
                )]
            }
            ObjectDetection => {
                let queries = self.configured(&["num_queries", "num_detection_tokens"], "queries");
                vec![
                    slot(
                        "logits",
                        "F32",
                        vec![batch(), queries.clone(), named("labels")],
                        "a score for each label and for nothing",
                    ),
                    slot(
                        "pred_boxes",
                        "F32",
                        vec![batch(), queries, Dimension::Fixed(4)],
                        "centre, width and height, as parts of the image",
                    ),
                ]
            }
            ImageSegmentation => {
                let labels = self.labels();
                vec![slot(
                    "logits",
                    "F32",
                    vec![batch(), labels, named("height"), named("width")],
                    "a score of each place for each label",
                )]
            }
            DepthEstimation => {
                vec![slot(
                    "predicted_depth",
                    "F32",
                    vec![batch(), named("height"), named("width")],
                    "the depth of each place",
                )]
            }
            ZeroShotImageClassification => {
                vec![slot(
                    "logits_per_image",
                    "F32",
                    vec![named("images"), named("texts")],
                    "how well each text fits each image",
                )]
            }
            TextToImage => vec![content("image", "an image")],
            TextToSpeech => vec![content("audio", "a sound")],
        }
    }

    fn tokens(&mut self) -> Vec<Slot> {
        let mut about = "a text as numbers of tokens".to_owned();
        let mut names = vec!["attention_mask"];
        if let Some(tokenizer) = self.sources.tokenizer {
            self.from.push(InterfaceSource::Tokenizer);
            if let Some(longest) = tokenizer.longest() {
                about = format!("{about}, at most {longest}");
            }
            if tokenizer.gives("token_type_ids") == Some(true) {
                names.push("token_type_ids");
            }
        }
        let shape = || vec![named("batch"), named("sequence")];
        let mut slots = vec![slot("input_ids", "I64", shape(), about)];
        for name in names {
            let about = match name {
                "attention_mask" => "1 for a token, 0 for what only fills up",
                _ => "0 for tokens of the first text, 1 for those of the second",
            };
            slots.push(slot(name, "I64", shape(), about));
        }
        slots
    }

    fn pixels(&mut self) -> Slot {
        let (mut height, mut width, mut channels) =
            (named("height"), named("width"), Dimension::Fixed(3));
        let mut about = "an image".to_owned();
        if let Some(processor) = self.sources.processor {
            self.from.push(InterfaceSource::Processor);
            if let Some((high, wide)) = processor.image_size() {
                (height, width) = (Dimension::Fixed(high), Dimension::Fixed(wide));
                about = format!("{about}, brought to {high} × {wide}");
            } else if let Some(edge) = processor.shortest_edge() {
                about = format!("{about}, its shorter side brought to {edge}");
            }
            if let Some(number) = processor.channels() {
                channels = Dimension::Fixed(number);
            }
        }
        slot(
            "pixel_values",
            "F32",
            vec![named("batch"), channels, height, width],
            about,
        )
    }

    fn sound(&mut self) -> Slot {
        let Some(processor) = self.sources.processor else {
            return content("audio", "a sound");
        };
        self.from.push(InterfaceSource::Processor);
        let rate = processor.sampling_rate();
        let mut about = rate.map_or_else(
            || "a sound".to_owned(),
            |rate| format!("a sound measured {rate} times a second"),
        );
        match processor.feature_size().filter(|size| *size > 1) {
            Some(size) => {
                if let Some(seconds) = processor.chunk_seconds() {
                    about = format!("{about}, {seconds} seconds at once");
                }
                let frames = processor
                    .frames()
                    .map_or_else(|| named("frames"), Dimension::Fixed);
                slot(
                    "input_features",
                    "F32",
                    vec![named("batch"), Dimension::Fixed(size), frames],
                    about,
                )
            }
            None => slot(
                "input_values",
                "F32",
                vec![named("batch"), named("samples")],
                about,
            ),
        }
    }

    fn is_encoder_decoder(&self) -> bool {
        let said = self
            .sources
            .config
            .and_then(|config| config.flag(&["is_encoder_decoder"]));
        said == Some(true)
    }

    /// A number that the configuration gives, or its name where it gives none.
    fn configured(&mut self, keys: &[&str], name: &str) -> Dimension {
        let number = self.sources.config.and_then(|config| config.number(keys));
        if number.is_some() {
            self.from.push(InterfaceSource::Config);
        }
        number.map_or_else(|| named(name), Dimension::Fixed)
    }

    fn labels(&mut self) -> Dimension {
        let labels = self
            .sources
            .config
            .and_then(|config| Some(config.value(&["id2label"])?.as_object()?.len() as u64));
        if let Some(labels) = labels {
            self.from.push(InterfaceSource::Config);
            return Dimension::Fixed(labels);
        }
        self.configured(&["num_labels"], "labels")
    }
}

fn written() -> Slot {
    slot(
        "decoder_input_ids",
        "I64",
        vec![named("batch"), named("written")],
        "what was written so far",
    )
}
