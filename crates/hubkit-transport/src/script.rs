//! A transport that plays a part.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use crate::{
    Body, LoggedRequest, RequestLog, Transport, TransportError, TransportErrorKind, redact,
};

type Answer = Result<Response<Body>, TransportError>;
type Reaction = Box<dyn FnOnce(&Request<Body>) -> Answer + Send>;

/// A transport that expects given requests in a given order and answers each as it was told to.
///
/// A request that is not the expected one gets an error of kind `Unsupported`, and [`Script::finish`] panics with what
/// was expected and what came; so it does when expectations are left over. Dropping the last clone without `finish`
/// checks the same, unless the thread is panicking already.
///
/// Cheap to clone; all clones are the same script, so that a test keeps one and hands on another.
#[derive(Clone, Default)]
pub struct Script(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    log: RequestLog,
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    faults: Vec<String>,
    finished: bool,
}

struct Step {
    expected: Option<Expected>,
    reaction: Reaction,
}

/// What a request must be.
#[derive(Clone, Debug)]
pub struct Expected {
    method: Method,
    uri: String,
    headers: HeaderMap,
    absent: Vec<HeaderName>,
    body: Option<Bytes>,
}

impl Expected {
    /// This method and this absolute URI.
    pub fn new(method: Method, uri: impl Into<String>) -> Self {
        Self {
            method,
            uri: uri.into(),
            headers: HeaderMap::new(),
            absent: Vec::new(),
            body: None,
        }
    }

    /// A GET of this absolute URI.
    pub fn get(uri: impl Into<String>) -> Self {
        Self::new(Method::GET, uri)
    }

    /// A HEAD of this absolute URI.
    pub fn head(uri: impl Into<String>) -> Self {
        Self::new(Method::HEAD, uri)
    }

    /// With this header among others.
    ///
    /// # Panics
    ///
    /// When name or value can't be a header's.
    #[track_caller]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value =
            HeaderValue::from_str(value).expect("a test gives a value that a header may have");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// Without any header of this name.
    pub fn without_header(mut self, name: &'static str) -> Self {
        self.absent.push(HeaderName::from_static(name));
        self
    }

    /// With exactly these bytes in memory as its body.
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The first thing that differs, without showing a secret.
    fn difference(&self, request: &Request<Body>) -> Option<String> {
        let line = |method: &Method, uri: &str| format!("{method} {}", redact::url(uri));
        let uri = request.uri().to_string();
        if *request.method() != self.method || uri != self.uri {
            let expected = line(&self.method, &self.uri);
            let found = line(request.method(), &uri);
            return Some(format!("expected {expected}, found {found}"));
        }
        let about = line(&self.method, &self.uri);
        for name in self.headers.keys() {
            let expected: Vec<_> = self.headers.get_all(name).iter().collect();
            if !expected.iter().all(|value| {
                request
                    .headers()
                    .get_all(name)
                    .iter()
                    .any(|found| found == *value)
            }) {
                let shown = redact::headers(&self.headers);
                let expected = shown.get_all(name).iter().collect::<Vec<_>>();
                return Some(format!("{about}: expected the header {name}: {expected:?}"));
            }
        }
        if let Some(name) = self
            .absent
            .iter()
            .find(|name| request.headers().contains_key(*name))
        {
            return Some(format!("{about}: expected no header {name}"));
        }
        match &self.body {
            Some(body) if request.body().as_bytes() != Some(body) => Some(format!(
                "{about}: expected another body of {} bytes",
                body.len()
            )),
            _ => None,
        }
    }
}

impl Script {
    /// An empty script: no request is expected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects this request next and gives this answer.
    pub fn expect(self, expected: Expected, response: Response<impl Into<Body>>) -> Self {
        let response = response.map(Into::into);
        self.step(Some(expected), Box::new(move |_| Ok(response)))
    }

    /// Expects this request next and gives no response.
    pub fn expect_failure(self, expected: Expected, error: TransportError) -> Self {
        self.step(Some(expected), Box::new(move |_| Err(error)))
    }

    /// Expects any request next and answers as the closure says.
    pub fn answer(
        self,
        reaction: impl FnOnce(&Request<Body>) -> Result<Response<Body>, TransportError> + Send + 'static,
    ) -> Self {
        self.step(None, Box::new(reaction))
    }

    fn step(self, expected: Option<Expected>, reaction: Reaction) -> Self {
        self.0.state().steps.push_back(Step { expected, reaction });
        self
    }

    /// What was sent so far, without secrets.
    pub fn log(&self) -> RequestLog {
        self.0.log.clone()
    }

    /// Checks that every request was the expected one and that all of them came.
    ///
    /// # Panics
    ///
    /// When not.
    #[track_caller]
    pub fn finish(&self) {
        let complaint = {
            let mut state = self.0.state();
            state.finished = true;
            state.complaint()
        };
        assert!(complaint.is_none(), "{}", complaint.unwrap_or_default());
    }
}

impl State {
    fn complaint(&self) -> Option<String> {
        let left = self.steps.iter().map(|step| match &step.expected {
            Some(expected) => {
                format!(
                    "never came: {} {}",
                    expected.method,
                    redact::url(&expected.uri)
                )
            }
            None => "never came: one more request".to_owned(),
        });
        let faults: Vec<String> = self.faults.iter().cloned().chain(left).collect();
        (!faults.is_empty()).then(|| format!("the script was not followed: {}", faults.join("; ")))
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn react(&self, request: &Request<Body>) -> Answer {
        let unexpected = |fault: String| {
            self.state().faults.push(fault.clone());
            Err(TransportError::new(TransportErrorKind::Unsupported, fault))
        };
        // The reaction runs without the lock: it may look at the script's own log.
        let next = self.state().steps.pop_front();
        let Some(step) = next else {
            let line = LoggedRequest::of(request).line();
            return unexpected(format!("expected no more requests, found {line}"));
        };
        match step
            .expected
            .and_then(|expected| expected.difference(request))
        {
            Some(fault) => unexpected(fault),
            None => (step.reaction)(request),
        }
    }
}

impl Transport for Script {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let index = self.0.log.add(LoggedRequest::of(&request));
        let answer = self.0.react(&request);
        self.0.log.conclude(index, &answer);
        answer
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.finished || thread::panicking() {
            return;
        }
        if let Some(complaint) = state.complaint() {
            panic!("{complaint}");
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({} requests to come)", self.0.state().steps.len())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const URI: &str = "https://hub.example/api/models/a/b";

    fn get(uri: &str) -> Request<Body> {
        Request::get(uri).body(Body::empty()).expect("well formed")
    }

    fn complaint_of(script: &Script) -> String {
        let caught =
            catch_unwind(AssertUnwindSafe(|| script.finish())).expect_err("should complain");
        caught.downcast_ref::<String>().expect("a message").clone()
    }

    #[tokio::test]
    async fn answers_come_in_order() {
        let script = Script::new()
            .expect(Expected::get(URI), Response::new("first"))
            .expect_failure(
                Expected::get(URI),
                TransportError::new(TransportErrorKind::Timeout, "no answer"),
            )
            .answer(|request| {
                Ok(Response::new(
                    request.uri().path().to_owned().into_bytes().into(),
                ))
            });
        let first = script.send(get(URI)).await.expect("scripted");
        assert_eq!(
            first.into_body().collect(10).await.expect("in memory"),
            "first"
        );
        let second = script.send(get(URI)).await.expect_err("scripted");
        assert_eq!(second.kind(), TransportErrorKind::Timeout);
        let third = script.send(get(URI)).await.expect("scripted");
        assert_eq!(third.into_body().as_bytes(), Some(&b"/api/models/a/b"[..]));
        script.finish();
        assert_eq!(script.log().count(), 3);
    }

    #[tokio::test]
    async fn another_request_is_refused_and_remembered() {
        let script = Script::new().expect(
            Expected::get(URI).with_header("authorization", "Bearer s3cret"),
            Response::new(Body::empty()),
        );
        let error = script.send(get(URI)).await.expect_err("no header was sent");
        assert_eq!(error.kind(), TransportErrorKind::Unsupported);
        script.send(get(URI)).await.expect_err("one too many");
        let complaint = complaint_of(&script);
        assert!(
            complaint.contains("expected the header authorization"),
            "{complaint}"
        );
        assert!(
            complaint.contains("expected no more requests"),
            "{complaint}"
        );
        assert!(!complaint.contains("s3cret"), "{complaint}");
    }

    #[tokio::test]
    async fn every_part_of_an_expectation_counts() {
        let expected = Expected::new(Method::PUT, URI)
            .with_header("range", "bytes=0-1")
            .without_header("cookie")
            .with_body("text");
        let request = |method: &str, range: &str, cookie: bool, body: &'static str| {
            let mut request = Request::builder()
                .method(method)
                .uri(URI)
                .header("range", range);
            if cookie {
                request = request.header("cookie", "a=b");
            }
            request.body(Body::from(body)).expect("well formed")
        };
        assert_eq!(
            expected.difference(&request("PUT", "bytes=0-1", false, "text")),
            None
        );
        for wrong in [
            request("POST", "bytes=0-1", false, "text"),
            request("PUT", "bytes=0-2", false, "text"),
            request("PUT", "bytes=0-1", true, "text"),
            request("PUT", "bytes=0-1", false, "test"),
        ] {
            assert!(expected.difference(&wrong).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn what_never_came_is_told_at_the_end() {
        let script = Script::new().expect(Expected::head(URI), Response::new(Body::empty()));
        let complaint = complaint_of(&script);
        assert!(complaint.contains("never came: HEAD https://hub.example/api/models/a/b"));
        let forgotten = Script::new().answer(|_| Ok(Response::new(Body::empty())));
        assert!(catch_unwind(AssertUnwindSafe(move || drop(forgotten))).is_err());
    }
}
