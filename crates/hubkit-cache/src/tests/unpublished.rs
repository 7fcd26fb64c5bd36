//! Files that could not be given their names.

use super::*;
use crate::{Claim, Left, NewBlob};

const SIZE: u64 = 2 << 20;

fn claim(fixture: &Fixture) -> (NewBlob, Option<Left>) {
    match fixture.repo.claim(fixture.blob, SIZE, false).unwrap() {
        Claim::Ready(new, left) => (*new, left),
        Claim::Busy(rival) => panic!("nobody else is here: {rival:?}"),
    }
}

/// The names of what is in the folder of blobs.
fn held(fixture: &Fixture) -> Vec<String> {
    let names = fs::read_dir(fixture.on_disk("blobs")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn what_can_not_be_put_into_place_is_there_to_go_on_with() {
    let fixture = fixture();
    let (new, left) = claim(&fixture);
    assert_eq!(left, None);
    new.write_at(0, &[7; 1000]).unwrap();
    new.note(b"so far");
    let target = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
    fs::create_dir(&target).unwrap();
    fs::write(target.join("in the way"), b"").unwrap();
    new.publish().unwrap_err();
    fs::remove_dir_all(&target).unwrap();
    assert_eq!(held(&fixture).len(), 2, "the file and its journal");

    let (new, left) = claim(&fixture);
    assert_eq!(left.unwrap().note, b"so far");
    new.publish().unwrap();
    assert_eq!(held(&fixture), [EMPTY_OBJECT]);
    assert_eq!(fs::read(&target).unwrap()[..1000], [7; 1000]);
}

#[test]
fn what_somebody_cleared_away_is_not_there_and_not_taken_over() {
    let fixture = fixture();
    let (new, _) = claim(&fixture);
    new.note(b"so far");
    fs::remove_dir_all(fixture.on_disk("")).unwrap();
    let error = new.publish().unwrap_err();
    assert_eq!(error.kind(), CacheErrorKind::NotFound, "{error}");
}
