use hubkit_types::RepoKind;

use super::*;
use crate::server::route;

fn repo() -> Repo {
    Repo::new(RepoKind::Dataset, "a/b".parse().expect("an id"))
}

fn request(name: &str, status: RequestStatus) -> AccessRequest {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    AccessRequest {
        id: format!("id-{name}"),
        user: Some(Requester {
            name: name.to_owned(),
            fullname: Some("Ada L.".to_owned()),
            email: None,
        }),
        status,
        timestamp: "2026-11-26T10:00:00.000Z".to_owned(),
        fields: [field("Company", "=1+1"), field("Why, \"really\"", "a\nb")].into(),
    }
}

fn list(status: RequestStatus) -> ListAccessRequests {
    ListAccessRequests {
        repo: repo(),
        status,
        limit: None,
    }
}

#[test]
fn a_request_for_a_list_is_routed_to_what_it_was_made_from() {
    for status in RequestStatus::ALL {
        let call = list(status);
        let wanted = AccessRequestsPageRequest {
            call: call.clone(),
            cursor: None,
        };
        assert_eq!(route(&call.request()), Ok(Incoming::AccessRequests(wanted)));
    }
    let mut call = list(RequestStatus::Accepted);
    call.limit = Some(7);
    let page = AccessRequestsPageRequest {
        call,
        cursor: Some("a b&c".to_owned()),
    };
    let request = Request::get(page.target()).body(()).expect("a request");
    assert_eq!(route(&request), Ok(Incoming::AccessRequests(page)));
    let report = GetAccessReport { repo: repo() };
    let wanted = Incoming::AccessReport(report.clone());
    assert_eq!(route(&report.request()), Ok(wanted));
}

#[test]
fn a_decision_is_routed_and_its_body_read_to_what_it_was_made_from() {
    for (whose, status, reason) in [
        (Whose::User("ada".to_owned()), RequestStatus::Accepted, None),
        (
            Whose::Request("7f".to_owned()),
            RequestStatus::Pending,
            None,
        ),
        (
            Whose::User("ada".to_owned()),
            RequestStatus::Rejected,
            Some("no \u{fc}".to_owned()),
        ),
    ] {
        let decision = AccessDecision {
            whose,
            status,
            rejection_reason: reason,
        };
        let call = DecideAccess {
            repo: repo(),
            decision: decision.clone(),
        };
        let request = call.request();
        assert_eq!(route(&request), Ok(Incoming::DecideAccess(repo())));
        assert_eq!(read_access_decision(request.body()), Ok(decision));
    }
    let grant = GrantAccess {
        repo: repo(),
        user: "ada".to_owned(),
    };
    let request = grant.request();
    assert_eq!(route(&request), Ok(Incoming::GrantAccess(repo())));
    assert_eq!(read_grant_access(request.body()), Ok("ada".to_owned()));
}

#[test]
fn a_body_that_decides_nothing_is_refused() {
    let long = format!(
        r#"{{"user":"a","status":"rejected","rejectionReason":"{}"}}"#,
        "x".repeat(LONGEST_REASON + 1)
    );
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"user":"a"}"#,
        r#"{"status":"accepted"}"#,
        r#"{"user":"a","requestId":"b","status":"accepted"}"#,
        r#"{"user":"a","status":"perhaps"}"#,
        r#"{"user":"a","status":"accepted","rejectionReason":"x"}"#,
        r#"{"user":7,"status":"accepted"}"#,
        long.as_str(),
    ] {
        assert!(read_access_decision(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(read_grant_access(b"{}"), Err(AccessBodyFault::Malformed));
}

#[test]
fn a_page_comes_back_as_it_was_given() {
    let mut hidden = request("x", RequestStatus::Rejected);
    hidden.user = None;
    hidden.fields = BTreeMap::new();
    let page = PageOf {
        total: None,
        items: vec![request("ada", RequestStatus::Pending), hidden],
        next: Some("/api/datasets/a/b/user-access-request/pending?cursor=x".to_owned()),
    };
    let call = list(RequestStatus::Pending);
    assert_eq!(call.reply(&respond_access_requests(&page)), Ok(page));
}

#[test]
fn what_the_hub_writes_is_read() {
    let read = |body: &'static str| {
        let response = Response::new(Bytes::from_static(body.as_bytes()));
        list(RequestStatus::Pending).reply(&response)
    };
    let page = read(
        r#"[{"requestId":"1","status":"pending","timestamp":"2023-11-23T18:04:53.828Z","grantedBy":{},
        "user":{"_id":"2","user":"clem","fullname":"Clem","email":"c@example.org"},"fields":{"agree":true,"n":3,"s":"x"}},
        {"requestId":"3","status":"accepted","timestamp":"x","user":{}}]"#,
    );
    let page = page.expect("a page");
    let user = page.items[0].user.as_ref().expect("a name");
    assert_eq!(
        (user.name.as_str(), user.email.as_deref()),
        ("clem", Some("c@example.org"))
    );
    let fields: Vec<_> = page.items[0].fields.values().map(String::as_str).collect();
    assert_eq!(fields, ["true", "3", "x"]);
    assert_eq!(page.items[1].user, None);
    for wrong in [
        "{}",
        "[7]",
        r#"[{"status":"pending","timestamp":"x"}]"#,
        r#"[{"requestId":"1","status":"perhaps","timestamp":"x"}]"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_report_is_a_table_in_which_nothing_runs() {
    let requests = [
        request("ada", RequestStatus::Pending),
        request("+bob", RequestStatus::Accepted),
    ];
    let response = respond_access_report(&requests);
    let text = GetAccessReport { repo: repo() }
        .reply(&response)
        .expect("a report");
    let text = std::str::from_utf8(&text).expect("text");
    let wanted = "user,fullname,email,status,time,request,Company,\"Why, \"\"really\"\"\"\r\n\
        ada,Ada L.,,pending,2026-11-26T10:00:00.000Z,id-ada,'=1+1,\"a\nb\"\r\n\
        '+bob,Ada L.,,accepted,2026-11-26T10:00:00.000Z,id-+bob,'=1+1,\"a\nb\"\r\n";
    assert_eq!(text, wanted);
}
