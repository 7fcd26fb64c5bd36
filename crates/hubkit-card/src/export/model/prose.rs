//! What the text of a card says under headings that cards share.

mod sections;

use sections::Sections;

/// What the text of a card says, part by part, in the author's Markdown. Comments are left out, and so are the lines of
/// templates that nobody filled in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct Prose {
    pub(in super::super) description: Option<String>,
    pub(in super::super) intended_use: Option<String>,
    pub(in super::super) out_of_scope: Option<String>,
    pub(in super::super) limitations: Option<String>,
    pub(in super::super) ethics: Option<String>,
    pub(in super::super) legal: Option<String>,
    pub(in super::super) usage: Option<String>,
    /// The first example of code.
    pub(in super::super) code: Option<String>,
    pub(in super::super) training_data: Option<String>,
    pub(in super::super) training: Option<String>,
    pub(in super::super) preprocessing: Option<String>,
    pub(in super::super) explanation: Option<String>,
    pub(in super::super) environment: Option<String>,
    /// `- name: value` below a heading about hyperparameters, as trainers write them.
    pub(in super::super) hyperparameters: Vec<(String, String)>,
    /// `**Developed by:** …`, as the Hub's template has it.
    pub(in super::super) developed_by: Option<String>,
    /// `**Model type:** …`, likewise.
    pub(in super::super) model_type: Option<String>,
}

/// What a section is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Topic {
    Description,
    IntendedUse,
    OutOfScope,
    Limitations,
    Ethics,
    Legal,
    Usage,
    TrainingData,
    Training,
    Preprocessing,
    Explanation,
    Environment,
    Hyperparameters,
}

/// How a heading is told by its words, in lower case.
enum Words {
    Are(&'static [&'static str]),
    Hold(&'static [&'static str]),
}

use Topic::{
    Description, Environment, Ethics, Explanation, Hyperparameters, IntendedUse, Legal,
    Limitations, OutOfScope, Preprocessing, Training, TrainingData, Usage,
};
use Words::{Are, Hold};

/// A heading may be about several things: "Intended uses & limitations".
const TOPICS: &[(Topic, Words)] = &[
    (
        Description,
        Are(&[
            "model description",
            "description",
            "model summary",
            "summary",
            "overview",
            "model overview",
            "introduction",
            "about",
        ]),
    ),
    (IntendedUse, Hold(&["intended use"])),
    (
        IntendedUse,
        Are(&[
            "uses",
            "direct use",
            "downstream use",
            "use cases",
            "model use",
        ]),
    ),
    (
        OutOfScope,
        Hold(&["out-of-scope", "out of scope", "misuse"]),
    ),
    (Limitations, Hold(&["limitation", "biases", "risks"])),
    (
        Limitations,
        Are(&[
            "bias",
            "recommendations",
            "caveats",
            "caveats and recommendations",
        ]),
    ),
    (Ethics, Hold(&["ethic", "social impact", "societal"])),
    (Legal, Hold(&["legal", "terms of use"])),
    (
        Legal,
        Are(&[
            "license",
            "licence",
            "licensing",
            "licensing information",
            "disclaimer",
        ]),
    ),
    (
        Usage,
        Hold(&[
            "how to use",
            "how to get started",
            "getting started",
            "quickstart",
            "quick start",
        ]),
    ),
    (
        Usage,
        Are(&[
            "usage",
            "example usage",
            "usage example",
            "inference",
            "how to run",
        ]),
    ),
    (
        TrainingData,
        Hold(&["training data", "training and evaluation data"]),
    ),
    (Training, Hold(&["training procedure"])),
    (
        Training,
        Are(&["training", "training details", "fine-tuning", "finetuning"]),
    ),
    (Preprocessing, Hold(&["preprocessing", "pre-processing"])),
    (Explanation, Hold(&["explainab", "interpretab"])),
    (Explanation, Are(&["model examination"])),
    (
        Environment,
        Hold(&["environmental impact", "carbon footprint"]),
    ),
    (
        Hyperparameters,
        Hold(&["hyperparameter", "hyper-parameter"]),
    ),
];

impl Prose {
    /// Reads the text of a card. Takes time in proportion to it.
    pub(super) fn read(body: &str) -> Self {
        let sections = Sections::read(body);
        let about = |topic| sections.about(|title| is_about(title, topic));
        let usage = sections.spans(|title| is_about(title, Usage));
        let hyperparameters = about(Hyperparameters).unwrap_or_default();
        Self {
            description: sections
                .opening(|title| is_about(title, Description))
                .or_else(|| sections.lead()),
            intended_use: about(IntendedUse),
            out_of_scope: about(OutOfScope),
            limitations: about(Limitations),
            ethics: about(Ethics),
            legal: about(Legal),
            usage: about(Usage),
            code: sections.code(&usage).map(str::to_owned),
            training_data: about(TrainingData),
            training: about(Training),
            preprocessing: about(Preprocessing),
            explanation: about(Explanation),
            environment: about(Environment),
            hyperparameters: settings(&hyperparameters),
            developed_by: sections.said("developed by"),
            model_type: sections.said("model type"),
        }
    }
}

fn is_about(title: &str, topic: Topic) -> bool {
    let named = TOPICS.iter().filter(|(of, _)| *of == topic);
    let mut words = named.map(|(_, words)| words);
    words.any(|words| match words {
        Are(titles) => titles.contains(&title),
        Hold(parts) => parts.iter().any(|part| title.contains(part)),
    })
}

/// `- learning_rate: 5e-05`: a name without blanks, and what it was set to.
fn settings(text: &str) -> Vec<(String, String)> {
    let setting = |line: &str| {
        let item = line.trim_start().strip_prefix(['-', '*'])?;
        let (name, value) = item.split_once(':')?;
        let name = name.trim_matches([' ', '*', '`']);
        let value = value.trim_matches([' ', '*', '`']);
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        (is_name && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(setting).collect()
}

#[cfg(test)]
mod tests;
