//! `hubkit inspect --compare`.

mod show;

use std::collections::HashMap;

use hubkit::{
    Hub, InspectedFile, InspectedModel, PartReader, Repo,
    inspect::{Comparison, Place as At, Tensor},
    same_bytes,
};

use super::{failures, place::Place};
use crate::{
    args::{Global, Inspect},
    exit::Exit,
    failure::Failure,
    target,
    ui::Ui,
};

/// What the bytes of tensors are that are alike in all else.
#[derive(Default)]
struct Contents<'t> {
    differ: Vec<&'t Tensor>,
    equal: usize,
    not_compared: usize,
}

pub(super) async fn run(global: &Global, arguments: &Inspect, ui: &Ui) -> Result<Exit, Failure> {
    let [other] = &arguments.more[..] else {
        let message = "`--compare` takes two models: hubkit inspect --compare ONE OTHER";
        return Err(Failure::usage(message));
    };
    let one = Side::look(global, &arguments.target, arguments).await?;
    let other = Side::look(global, other, arguments).await?;
    let comparison = Comparison::of(one.model.tensors(), other.model.tensors());
    let contents = contents(&one, &other, &comparison, arguments).await?;
    ui.result(
        || show::text(&comparison, &contents),
        || show::value(&comparison, &contents),
    )?;
    Ok(match contents.differ.is_empty() && comparison.is_alike() {
        false => Exit::No,
        true if contents.not_compared > 0 => {
            ui.remark("not all bytes were compared; `--bytes` reads them");
            Exit::Usage
        }
        true => Exit::Done,
    })
}

/// One of the two.
struct Side {
    model: InspectedModel,
    hub: Option<(Hub, Repo)>,
}

impl Side {
    async fn look(global: &Global, text: &str, arguments: &Inspect) -> Result<Self, Failure> {
        let place = Place::read(text, arguments)?;
        let model = place.inspect(global, Vec::new(), arguments).await?;
        for file in &model.files {
            if let Err(error) = &file.outcome {
                return Err(failures::told(&file.name, error));
            }
        }
        let hub = match &place {
            Place::Here(_) => None,
            Place::Hub(target) => Some((target::hub(global, 1)?, target.repo.clone())),
        };
        Ok(Self { model, hub })
    }

    fn reader(&self) -> PartReader<'_> {
        let hub = self.hub.as_ref();
        PartReader::new(&self.model, hub.map(|(hub, repo)| (hub.client(), repo)))
    }

    /// In which file each tensor is.
    fn files(&self) -> HashMap<&str, &InspectedFile> {
        let inspections = self.model.inspections();
        let files = inspections.flat_map(|(file, inspection)| {
            let tensors = inspection.tensors.iter();
            tensors.map(move |tensor| (tensor.name.as_str(), file))
        });
        files.collect()
    }
}

/// Compares the bytes of what is alike: by the digests of whole files where the places are the same, else by reading,
/// far away only where that was asked for.
async fn contents<'t>(
    one: &Side,
    other: &Side,
    comparison: &Comparison<'t>,
    arguments: &Inspect,
) -> Result<Contents<'t>, Failure> {
    let (mut one_reader, mut other_reader) = (one.reader(), other.reader());
    let (one_files, other_files) = (one.files(), other.files());
    let mut found = Contents::default();
    for (mine, others) in &comparison.alike {
        let files = one_files
            .get(mine.name.as_str())
            .zip(other_files.get(mine.name.as_str()));
        let Some((my_file, other_file)) = files else {
            found.not_compared += 1;
            continue;
        };
        let is_one_blob = my_file.blob.is_some() && my_file.blob == other_file.blob;
        if is_one_blob && mine.place == others.place {
            found.equal += 1;
            continue;
        }
        let is_near = my_file.local_path.is_some() && other_file.local_path.is_some();
        let (At::Here(my_range), At::Here(other_range)) = (&mine.place, &others.place) else {
            found.not_compared += 1;
            continue;
        };
        if !is_near && !arguments.bytes {
            found.not_compared += 1;
            continue;
        }
        let my_part = (&mut one_reader, *my_file, *my_range);
        let other_part = (&mut other_reader, *other_file, *other_range);
        match same_bytes(my_part, other_part).await {
            Ok(true) => found.equal += 1,
            Ok(false) => found.differ.push(mine),
            Err(error) => return Err(super::place::failure(error, "try again")),
        }
    }
    Ok(found)
}
