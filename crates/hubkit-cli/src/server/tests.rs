use std::{future::pending, sync::Mutex};

use bytes::Bytes;
use hubkit::{
    Repo, RepoKind, Revision,
    store::{DynStore, MemoryStore, Storage},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use super::*;

/// More than any socket holds on the way.
const SIZE: usize = 32 << 20;
const SOON: Duration = Duration::from_millis(50);
/// What is waited for comes soon, or the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

const SMALL: &[u8] = b"GET /lab/tiny/resolve/main/small HTTP/1.1\r\nhost: x\r\n\r\n";
const LARGE: &[u8] = b"GET /lab/tiny/resolve/main/large HTTP/1.1\r\nhost: x\r\n\r\n";
/// The head of a request whose body does not come.
const UNFINISHED: &[u8] = b"POST /api/models/lab/tiny/paths-info/main HTTP/1.1\r\nhost: x\r\n\
    content-type: application/json\r\ncontent-length: 9\r\n\r\n";

struct Running {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    end: oneshot::Sender<()>,
    task: JoinHandle<Ended>,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let store = MemoryStore::new();
        let repo = Repo::new(RepoKind::Model, "lab/tiny".parse().expect("an id"));
        let file = |name: &str, bytes: Vec<u8>| {
            let path = name.parse().expect("a path");
            (path, Bytes::from(bytes), Storage::Git)
        };
        let files = [file("small", vec![1; 10]), file("large", vec![2; SIZE])];
        store.insert(repo, Revision::main(), files);
        let mirror = Mirror::new(DynStore::new(store));
        let bound = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let server = bound.expect("a free port").with_limits(limits);
        let address = server.listener.local_addr().expect("a port");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let observer: Observer = {
            let seen = Arc::clone(&seen);
            Arc::new(move |each: &Seen| seen.lock().expect("no panic").push(each.clone()))
        };
        let (end, told) = oneshot::channel();
        let told = async {
            // A sender that is dropped has nothing to say.
            if told.await.is_err() {
                pending::<()>().await;
            }
        };
        let task = tokio::spawn(server.run(mirror, Some(observer), told));
        Self {
            address,
            seen,
            end,
            task,
        }
    }

    /// A connection on which these bytes were sent.
    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a server");
        stream.write_all(bytes).await.expect("a connection");
        stream
    }

    async fn end(self) -> Ended {
        self.end.send(()).expect("it runs");
        timeout(PATIENCE, self.task)
            .await
            .expect("in time")
            .expect("no panic")
    }
}

/// What comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // Cut off or closed, it is over.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What comes first.
async fn first(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let read = timeout(PATIENCE, stream.read(&mut bytes)).await;
    let length = read.expect("an answer").expect("a connection");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[tokio::test]
async fn a_head_that_does_not_come_and_an_idle_connection_are_not_waited_for() {
    let limits = Limits {
        head: SOON,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    for begun in [&b""[..], b"GET /lab/tiny", b"GET / HTTP/1.1\r\nx: "] {
        let answer = rest(&mut server.send(begun).await).await;
        assert!(!answer.contains("200"), "{answer}");
    }
    let answer = rest(&mut server.send(SMALL).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        body: SOON,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let answer = rest(&mut server.send(UNFINISHED).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_off() {
    let limits = Limits {
        stall: SOON,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let mut stream = server.send(LARGE).await;
    let is_seen = async {
        while server.seen.lock().expect("no panic").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, is_seen).await.expect("it is cut off");
    assert!(rest(&mut stream).await.len() < SIZE);
    let seen = server.seen.lock().expect("no panic")[0].clone();
    assert!(!seen.is_whole && seen.sent < SIZE as u64, "{seen:?}");
    assert_eq!((seen.status, seen.length), (200, Some(SIZE as u64)));
}

#[tokio::test]
async fn where_all_are_busy_one_more_is_told_so() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.send(LARGE).await;
        first(&mut stream).await;
        busy.push(stream);
    }
    let answer = rest(&mut server.send(SMALL).await).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(
        answer.contains(&format!("content-length: {}\r\n", body.len())),
        "{answer}"
    );
    drop(busy);
}

#[tokio::test]
async fn an_end_waits_for_answers_and_no_longer_than_it_may() {
    let server = Running::start(Limits::default()).await;
    let mut idle = server.send(SMALL).await;
    first(&mut idle).await;
    let silent = server.send(b"").await;
    let mut busy = server.send(LARGE).await;
    first(&mut busy).await;
    let reading = tokio::spawn(async move { rest(&mut busy).await.len() });
    assert_eq!(server.end().await, Ended { cut_off: 0 });
    assert!(reading.await.expect("no panic") > SIZE - 4096);
    drop((idle, silent));

    let limits = Limits {
        farewell: SOON,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let mut stalled = server.send(LARGE).await;
    first(&mut stalled).await;
    assert_eq!(server.end().await, Ended { cut_off: 1 });
}

#[tokio::test]
async fn a_new_client_is_answered_at_once_while_thousands_are_idle() {
    const AT_ONCE: Duration = Duration::from_secs(5);
    descriptors::raise();
    let server = Running::start(Limits::default()).await;
    let mut idle = Vec::new();
    for _ in 0..5000 {
        // As many as the system lets this process have.
        let Ok(mut stream) = TcpStream::connect(server.address).await else {
            break;
        };
        stream.write_all(SMALL).await.expect("a connection");
        assert!(first(&mut stream).await.starts_with("HTTP/1.1 200 "));
        idle.push(stream);
    }
    let asked = async { first(&mut server.send(SMALL).await).await };
    let answer = timeout(AT_ONCE, asked).await.expect("an answer at once");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(server.end().await, Ended { cut_off: 0 });
}

#[tokio::test]
async fn a_server_that_is_dropped_closes_its_connections() {
    let server = Running::start(Limits::default()).await;
    let mut idle = server.send(SMALL).await;
    first(&mut idle).await;
    let mut busy = server.send(LARGE).await;
    first(&mut busy).await;
    server.task.abort();
    assert!(rest(&mut idle).await.is_empty());
    assert!(rest(&mut busy).await.len() < SIZE);
}
