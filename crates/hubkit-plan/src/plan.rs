//! The choice, whatever the runtime.

use std::collections::BTreeMap;

use hubkit_types::{RepoPath, TreeFile};

use crate::{PlanError, transformers};

/// A program, or a family of them, that loads models.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Runtime {
    /// Python's transformers, and what reads its layout: with weights in safetensors and in no other form, and without
    /// running code of the repository.
    TransformersSafetensors,
}

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Role {
    /// What the model is.
    Config,
    /// How text is generated with it.
    GenerationConfig,
    /// Which file holds which tensor.
    WeightsIndex,
    /// The tensors.
    Weights,
    /// How text becomes numbers.
    Tokenizer,
    /// How a conversation becomes text.
    ChatTemplate,
    /// How images, sound and video become numbers.
    Processor,
    /// The model's card.
    Card,
    /// The terms of use.
    Licence,
}

/// A file that the runtime needs, or a reader of the model does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The file.
    pub file: TreeFile,
    /// What it is for.
    pub role: Role,
    /// Why it was chosen: a fragment in lower case.
    pub reason: String,
}

/// A file that stays behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// The file.
    pub file: TreeFile,
    /// Why: a fragment in lower case.
    pub reason: String,
}

/// Which files to take, and which not. Together they are all files of the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The files to take, by role and then by path.
    pub chosen: Vec<Choice>,
    /// All others, by path.
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// How many bytes the chosen files have together.
    pub fn bytes(&self) -> u64 {
        let sizes = self.chosen.iter().map(|choice| choice.file.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// The chosen files of one role.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &TreeFile> {
        let chosen = self.chosen.iter();
        chosen
            .filter(move |choice| choice.role == role)
            .map(|choice| &choice.file)
    }
}

/// Names the small files that must be read before there can be a plan, as far as the documents so far let know.
///
/// Fetch them, add them to `documents` and ask again, until there are none: twice at most.
pub fn needs(
    runtime: Runtime,
    tree: &[TreeFile],
    documents: &BTreeMap<RepoPath, Vec<u8>>,
) -> Vec<RepoPath> {
    match runtime {
        Runtime::TransformersSafetensors => transformers::needs(tree, documents),
    }
}

/// Chooses the files that the runtime needs.
///
/// # Errors
///
/// There is no such choice: [`PlanError`] says what is missing, and what there is instead. Also when a document that
/// [`needs`] names is not there.
pub fn plan(
    runtime: Runtime,
    tree: &[TreeFile],
    documents: &BTreeMap<RepoPath, Vec<u8>>,
) -> Result<Plan, PlanError> {
    match runtime {
        Runtime::TransformersSafetensors => transformers::plan(tree, documents),
    }
}
