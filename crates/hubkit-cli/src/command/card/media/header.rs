//! What the header of a GGUF file says of the model.

use hubkit::{
    InspectedModel, InspectionError, RepoPath, Revision, Scope, inspect_path, inspect_repo,
};

use crate::{
    command::card::source::Place,
    ui::{plain, trouble},
};

/// The architecture that the first GGUF file names, where there is one: all of a model are of the same.
pub(super) async fn architecture(place: &Place, paths: &[String]) -> Option<String> {
    let path: RepoPath = paths.iter().find(|path| is_model(path))?.parse().ok()?;
    let name = path.to_string();
    let scope = Scope::Files(vec![path]);
    let inspected = match place {
        Place::Folder(folder) => inspect_path(folder, &scope),
        Place::Hub(found) => {
            let revision = Revision::from(found.commit);
            inspect_repo(found.hub.client(), &found.repo, &revision, &scope).await
        }
        Place::Input | Place::File(_) => return None,
    };
    let told = named(inspected);
    if told.is_none() {
        trouble(&format!(
            "{}: its header can't be read: what goes in and comes out is told without it",
            plain(&name)
        ));
    }
    told
}

fn named(inspected: Result<InspectedModel, InspectionError>) -> Option<String> {
    let model = inspected.ok()?;
    let (_, inspection) = model.inspections().next()?;
    let mut metadata = inspection.metadata.iter();
    let (_, value) = metadata.find(|(name, _)| *name == "general.architecture")?;
    value.as_text().map(str::to_owned)
}

/// What turns images into what a model reads is a file of its own.
fn is_model(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.ends_with(".gguf") && !name.starts_with("mmproj")
}
