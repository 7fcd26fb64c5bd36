//! What follows from the files of a model.

use hubkit_inspect::{
    Architecture, Config, Interface, InterfaceSources, Memory, MemoryRequest, Parameters,
    ProcessorConfig, TokenizerConfig, Verdict,
};
use hubkit_plan::{Runner, runners};
use hubkit_types::RepoPath;

use super::InspectedModel;

/// What follows from the files of a model. Texts are a stranger's: escape them before they are shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModelFacts {
    /// How it is built.
    pub architecture: Architecture,
    /// How many parameters it has.
    pub parameters: Parameters,
    /// How much memory it takes.
    pub memory: Memory,
    /// What goes in and what comes out.
    pub interface: Interface,
    /// Which programs read its files.
    pub runners: Vec<Runner>,
    /// What all findings come to: those of each file, those of the files together, and files of which nothing can be told.
    pub verdict: Verdict,
    /// Documents that are not what their names promise, and what is wrong with each.
    pub unreadable: Vec<(&'static str, String)>,
}

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer_config.json";
const PROCESSORS: [&str; 2] = ["preprocessor_config.json", "processor_config.json"];

impl InspectedModel {
    /// Concludes what follows from the files. `task` is what the card or the hub says the model is for, such as
    /// `text-generation`.
    pub fn facts(&self, task: Option<&str>, request: MemoryRequest) -> ModelFacts {
        let mut unreadable = Vec::new();
        let mut parse = Reader {
            model: self,
            unreadable: &mut unreadable,
        };
        let config = parse.read(CONFIG, Config::parse);
        let tokenizer = parse.read(TOKENIZER, TokenizerConfig::parse);
        let processor = PROCESSORS
            .iter()
            .find_map(|name| parse.read(name, ProcessorConfig::parse));
        let inspections: Vec<_> = self
            .inspections()
            .map(|(_, inspection)| inspection)
            .collect();
        let architecture = Architecture::of(config.as_ref(), &inspections);
        let parameters = Parameters::count(self.tensors(), config.as_ref());
        let memory = Memory::estimate(self.tensors(), &parameters, &architecture, request);
        let interface = Interface::expected(InterfaceSources {
            graph: inspections
                .iter()
                .find_map(|inspection| inspection.graph.as_ref()),
            task,
            config: config.as_ref(),
            processor: processor.as_ref(),
            tokenizer: tokenizer.as_ref(),
        });
        ModelFacts {
            architecture,
            parameters,
            memory,
            interface,
            runners: self.runners(),
            verdict: self.verdict(),
            unreadable,
        }
    }

    /// What all findings come to: those of each file, those of the files together, and files of which nothing can be told.
    pub fn verdict(&self) -> Verdict {
        let files = self.files.iter().map(|file| match &file.outcome {
            Ok(inspection) => inspection.verdict(),
            Err(_) => Verdict::Malformed,
        });
        let together = Verdict::of(&self.findings);
        files.max().unwrap_or(Verdict::Sound).max(together)
    }

    /// Which programs read the files.
    fn runners(&self) -> Vec<Runner> {
        let config = self.documents.get(CONFIG);
        let config = config.and_then(|json| serde_json::from_slice(json).ok());
        if !self.paths.is_empty() {
            return runners(&self.paths, config.as_ref());
        }
        let named = self.files.iter().filter_map(|file| file.name.parse().ok());
        runners(&named.collect::<Vec<RepoPath>>(), config.as_ref())
    }
}

struct Reader<'a> {
    model: &'a InspectedModel,
    unreadable: &'a mut Vec<(&'static str, String)>,
}

impl Reader<'_> {
    fn read<T, E: ToString>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.model.documents.get(name)?) {
            Ok(read) => Some(read),
            Err(error) => {
                self.unreadable.push((name, error.to_string()));
                None
            }
        }
    }
}
