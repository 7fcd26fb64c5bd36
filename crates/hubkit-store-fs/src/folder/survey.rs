//! A look at a repository's folder that hashes nothing.

use std::path::Path;

use hubkit_store::{StoreError, Survey, SurveyRequest};

use super::scan::scan;
use crate::surveyed::{Seen, survey};

/// What lies in the folder now. A file that goes away meanwhile is not there.
pub(super) fn folder(folder: &Path, request: &SurveyRequest) -> Result<Survey, StoreError> {
    let seen = scan(folder)?
        .files
        .into_iter()
        .filter_map(|found| Seen::at(found.path, found.location));
    survey(seen.collect(), Vec::new(), request)
}
