//! What people do on a hub. A mirror has repositories and nothing else, and says so.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    DiscussionPage, ErrorKind, ListDiscussions, PageOf, SecurityReport,
    server::{
        Incoming, respond_collections, respond_discussions, respond_error, respond_papers,
        respond_scan,
    },
};
use hubkit_store::DynStore;

use crate::{access::Caller, lookup::expect_repo, refusal::Refusal};

/// Answers what is asked about people, or gives the call back.
pub(crate) async fn answer_people(
    store: &DynStore,
    caller: Caller<'_>,
    incoming: Incoming,
) -> Result<Response<Bytes>, Refusal> {
    let nothing = |what: &str| respond_error(ErrorKind::Other, what, None);
    match incoming {
        Incoming::Collections(_) => Ok(respond_collections(&PageOf::only(Vec::new()))),
        Incoming::Papers(_) => Ok(respond_papers(Vec::new())),
        Incoming::Discussions(ListDiscussions { repo, .. }) => {
            expect_repo(store, caller, &repo).await?;
            Ok(respond_discussions(&DiscussionPage::default()))
        }
        Incoming::Discussion(call) => {
            expect_repo(store, caller, &call.repo).await?;
            Ok(nothing("Discussion not found"))
        }
        Incoming::Scan(call) => {
            expect_repo(store, caller, &call.repo).await?;
            // Nothing was looked at, which is not the same as nothing found.
            Ok(respond_scan(&SecurityReport {
                scans_done: false,
                files_with_issues: Vec::new(),
            }))
        }
        Incoming::Collection(_) => Ok(nothing("Collection not found")),
        Incoming::Paper(_) => Ok(nothing("Paper not found")),
        _ => Ok(nothing("Not Found")),
    }
}
