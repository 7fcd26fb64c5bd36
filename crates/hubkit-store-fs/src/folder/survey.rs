//! A look at a repository's folder that hashes nothing.

use std::{fs::File, path::Path};

use hubkit_store::{StoreError, Survey, SurveyRequest};

use super::{inside::lies_in, scan::scan};
use crate::surveyed::{Seen, survey};

/// What lies in the folder now. A file that goes away meanwhile is not there.
pub(super) fn folder(folder: &Path, request: &SurveyRequest) -> Result<Survey, StoreError> {
    let scan = scan(folder)?;
    let files = scan.files.into_iter();
    let seen = files.filter_map(|found| Seen::at(found.path, found.location));
    let is_served = |file: &File| lies_in(file, &scan.real);
    survey(seen.collect(), Vec::new(), request, is_served)
}
