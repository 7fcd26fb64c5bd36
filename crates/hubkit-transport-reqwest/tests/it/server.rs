//! Small servers, one thread a connection.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use hubkit_transport::Body;

/// Starts a server and returns its `HOST:PORT`. It ends with the process.
pub(crate) fn start(serve: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address.to_string()
}

/// A server that reads a request and says these bytes.
pub(crate) fn start_saying(bytes: &'static [u8]) -> String {
    start(move |mut stream| {
        read_request(&mut stream);
        // A client that has seen enough may be gone.
        stream.write_all(bytes).ok();
    })
}

/// A server of HTTP that answers one request a connection.
pub(crate) fn start_http(
    answer: impl Fn(&Request<Bytes>) -> Response<Body> + Send + Sync + Clone + 'static,
) -> String {
    start(move |mut stream| {
        if let Some(request) = read_request(&mut stream) {
            write_response(&mut stream, request.method(), answer(&request));
        }
    })
}

/// Reads a request whose body has a length or comes in chunks.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<Request<Bytes>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(read_byte(stream)?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut request = Request::builder().method(first.next()?).uri(first.next()?);
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ")?;
        request = request.header(name, value);
    }
    let mut request = request.body(Bytes::new()).ok()?;
    let header = |name| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let body = if let Some(length) = header(header::CONTENT_LENGTH) {
        let mut body = vec![0; length.parse().ok()?];
        stream.read_exact(&mut body).ok()?;
        body
    } else if header(header::TRANSFER_ENCODING).is_some() {
        read_chunks(stream)?
    } else {
        Vec::new()
    };
    *request.body_mut() = body.into();
    Some(request)
}

fn read_byte(stream: &mut impl Read) -> Option<u8> {
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

fn read_chunks(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(read_byte(stream)?);
        }
        let length = usize::from_str_radix(String::from_utf8(line).ok()?.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..length]);
    }
}

/// Writes a response as `hubkit_transport::conformance::answer` asks for; a fault of the body ends it there.
pub(crate) fn write_response(stream: &mut impl Write, method: &Method, response: Response<Body>) {
    let (parts, body) = response.into_parts();
    let mut head = format!(
        "HTTP/1.1 {} x\r\nconnection: close\r\n",
        parts.status.as_str()
    )
    .into_bytes();
    for (name, value) in &parts.headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let bodiless = method == Method::HEAD || matches!(parts.status.as_u16(), 204 | 304);
    let chunked = body.length().is_none();
    if !bodiless && !parts.headers.contains_key(header::CONTENT_LENGTH) {
        let framing = match body.length() {
            Some(length) => format!("content-length: {length}\r\n"),
            None => "transfer-encoding: chunked\r\n".to_owned(),
        };
        head.extend_from_slice(framing.as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    let sent = stream.write_all(&head);
    if !bodiless && sent.is_ok() {
        write_body(stream, body, chunked);
    }
    stream.flush().ok();
}

fn write_body(stream: &mut impl Write, mut body: Body, chunked: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime needs nothing");
    while let Some(chunk) = runtime.block_on(body.chunk()) {
        let Ok(chunk) = chunk else { return };
        let written = if chunked {
            write!(stream, "{:x}\r\n", chunk.len())
                .and_then(|()| stream.write_all(&chunk))
                .and_then(|()| stream.write_all(b"\r\n"))
        } else {
            stream.write_all(&chunk)
        };
        // The client went away.
        if written.is_err() {
            return;
        }
    }
    if chunked {
        stream.write_all(b"0\r\n\r\n").ok();
    }
}
