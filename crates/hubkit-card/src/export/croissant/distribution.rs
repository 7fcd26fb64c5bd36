//! Files and sets of files.

mod includes;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{
    format::{DataFormat, media_types},
    ids::Ids,
    layout::{Config, Layout, Split},
};
use crate::{Asset, Loss, export::address};

/// So many files are listed one by one, data before the rest.
const MOST_FILES: usize = 2_000;

/// What the files of a data set are in a document.
pub(super) struct Distribution<'a> {
    asset: &'a Asset,
    objects: Vec<Json>,
    /// Where the object of a file is, by the place of the file.
    places: BTreeMap<usize, usize>,
    sets: Vec<Json>,
}

impl<'a> Distribution<'a> {
    /// Lists the files whose SHA-256 is known; those that are hidden and the card itself are no data, and stay out.
    pub(super) fn new(
        asset: &'a Asset,
        layout: &Layout,
        ids: &mut Ids,
        losses: &mut Vec<Loss>,
    ) -> Self {
        let splits = layout.configs.iter().flat_map(|config| &config.splits);
        let mut is_data = vec![false; asset.files.len()];
        for place in splits.flat_map(|split| &split.files) {
            is_data[*place] = true;
        }
        let is_shown = |place: &usize| {
            let path = asset.files[*place].path.as_str();
            let is_hidden = path.split('/').any(|part| part.starts_with('.'));
            is_data[*place] || !(is_hidden || path == "README.md")
        };
        let mut order: Vec<usize> = (0..asset.files.len()).filter(is_shown).collect();
        order.sort_by_key(|place| !is_data[*place]);
        let (known, unknown): (Vec<usize>, Vec<usize>) = order
            .into_iter()
            .partition(|place| asset.files[*place].sha256.is_some());
        for place in &unknown {
            let path = asset.files[*place].path.to_string();
            losses.push(Loss::new(path, "its SHA-256 is not known"));
        }
        if known.len() > MOST_FILES {
            let rest = known.len() - MOST_FILES;
            let why = format!("only the first {MOST_FILES} are listed");
            losses.push(Loss::new(format!("{rest} files"), why));
        }
        let mut this = Self {
            asset,
            objects: Vec::new(),
            places: BTreeMap::new(),
            sets: Vec::new(),
        };
        for place in known.into_iter().take(MOST_FILES) {
            let object = this.object(place, ids);
            this.places.insert(place, this.objects.len());
            this.objects.push(object);
        }
        this
    }

    fn object(&self, place: usize, ids: &mut Ids) -> Json {
        let file = &self.asset.files[place];
        let path = file.path.as_str();
        let mut object = json!({
            "@type": "cr:FileObject",
            "@id": ids.take(path),
            "name": path,
            "contentUrl": file_address(self.asset, path),
            "contentSize": format!("{} B", file.size),
            "encodingFormat": one_or_many(&media_types(path)),
        });
        if let Some(digest) = &file.sha256 {
            object["sha256"] = digest.to_string().into();
        }
        object
    }

    /// The reference to the files of a split, which hold records in a format: to a file, or to a set of files that is
    /// made for it. Nothing where not all of them are listed.
    pub(super) fn source_of(
        &mut self,
        config: &Config,
        split: &Split,
        format: DataFormat,
        ids: &mut Ids,
        losses: &mut Vec<Loss>,
    ) -> Option<Json> {
        let records = format!("the records of {}/{}", config.name, split.name);
        let is_remote = is_remote(self.asset);
        let listed: Vec<usize> = split
            .files
            .iter()
            .filter_map(|place| self.places.get(place).copied())
            .collect();
        // A set in a folder is known by its names; one on a hub by its files.
        if listed.len() < split.files.len() && (is_remote || split.files.len() == 1) {
            losses.push(Loss::new(records, "not all of their files are listed"));
            return None;
        }
        for object in &listed {
            let object = &mut self.objects[*object];
            let path = object["name"].as_str().unwrap_or_default();
            object["encodingFormat"] = one_or_many(&read_as(path, format));
        }
        if let (1, [object]) = (split.files.len(), listed.as_slice()) {
            return Some(json!({ "fileObject": { "@id": self.objects[*object]["@id"] } }));
        }
        let Some(includes) = includes::of(&self.asset.files, &split.files) else {
            losses.push(Loss::new(
                records,
                "there are too many files of different folders",
            ));
            return None;
        };
        let id = ids.take(&format!("{}_{}_files", config.name, split.name));
        let mut types: Vec<&str> = Vec::new();
        for place in &split.files {
            for media_type in read_as(self.asset.files[*place].path.as_str(), format) {
                if !types.contains(&media_type) {
                    types.push(media_type);
                }
            }
        }
        let mut set = json!({
            "@type": "cr:FileSet",
            "@id": id,
            "name": id,
            "description": format!("The files of {}/{}.", config.name, split.name),
            "encodingFormat": one_or_many(&types),
            "includes": includes,
        });
        if is_remote {
            let files = listed
                .iter()
                .map(|object| json!({ "@id": self.objects[*object]["@id"] }));
            set["containedIn"] = files.collect();
        }
        self.sets.push(set);
        Some(json!({ "fileSet": { "@id": id } }))
    }

    /// All of it, files first.
    pub(super) fn finish(self) -> Vec<Json> {
        self.objects.into_iter().chain(self.sets).collect()
    }
}

/// Whether files have addresses, rather than paths from the document on.
fn is_remote(asset: &Asset) -> bool {
    asset.repo.is_some() && asset.commit.is_some()
}

/// The address of a file: on its hub at its commit, or else its path. Of a hub that does not know where it is reached the
/// address begins at its root.
pub(super) fn file_address(asset: &Asset, path: &str) -> String {
    let (Some(repo), Some(commit)) = (&asset.repo, &asset.commit) else {
        return path.to_owned();
    };
    let (kind, path) = (repo.kind.url_prefix(), address::encode(path, b"/"));
    let address = format!("/{kind}{}/resolve/{commit}/{path}", repo.id);
    match &asset.endpoint {
        Some(endpoint) => endpoint.url(&address),
        None => address,
    }
}

/// The media types of a file that is read in a format: an ending of JSON may hold lines, and one of CSV tabs.
fn read_as(path: &str, format: DataFormat) -> Vec<&'static str> {
    let mut types = media_types(path);
    match format {
        DataFormat::JsonLines => types[0] = "application/jsonlines",
        DataFormat::Tsv => types[0] = "text/tab-separated-values",
        DataFormat::Csv => types[0] = "text/csv",
        _ => {}
    }
    types
}

fn one_or_many(texts: &[&str]) -> Json {
    match texts {
        [one] => (*one).into(),
        many => many.into(),
    }
}
