//! A mirror on a port.

mod answer;
mod connection;
mod descriptors;
mod limits;
mod patient;
mod places;
mod seen;
mod workers;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use hubkit_mirror::Mirror;
use tokio::{
    net::TcpListener,
    runtime::Handle,
    time::{sleep, timeout},
};

pub use limits::Limits;
pub use seen::{Observer, Seen};

use answer::Answers;
use places::Places;
use workers::{Arrived, Workers};

/// Listens on a port, to answer with a mirror.
pub struct Server {
    listener: TcpListener,
    workers: Workers,
    limits: Limits,
}

/// How a server that was told to end has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// How many connections were cut off in the middle of an answer, as it took too long.
    pub cut_off: usize,
}

impl Server {
    /// Takes the port; port 0 takes any that is free. Connections are served on threads of the server's own, one for each
    /// processor; what takes longer than to open a file is answered on the caller's runtime.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on, or no thread be started.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self {
            listener,
            workers: Workers::start()?,
            limits: Limits::default(),
        })
    }

    /// Says how much is too much.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The address of the hub.
    ///
    /// # Errors
    ///
    /// When the operating system does not tell the port.
    pub fn url(&self) -> io::Result<String> {
        Ok(format!("http://{}", self.listener.local_addr()?))
    }

    /// Answers with the mirror, and tells of every request, until `end` comes. Then no connection is accepted any more,
    /// idle ones are closed, and answers under way have [`Limits::farewell`] to come to their end.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes every connection at once.
    pub async fn run(
        self,
        mirror: Mirror,
        observer: Option<Observer>,
        end: impl Future<Output = ()>,
    ) -> Ended {
        let Self {
            listener,
            workers,
            limits,
        } = self;
        descriptors::raise();
        let places = Places::new(limits.connections);
        let answers = Answers::new(mirror, observer, limits, places.clone(), Handle::current());
        let answers = Arc::new(answers);
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => break,
                accepted = listener.accept() => accepted,
            };
            let accepted = accepted.and_then(|(stream, address)| Ok((stream.into_std()?, address)));
            if let Ok((stream, address)) = accepted {
                workers.take(Arrived {
                    stream,
                    address,
                    place: places.take(),
                    answers: Arc::clone(&answers),
                });
            } else {
                // One client that gave up, or a moment without free descriptors, is no reason to end.
                places.make_room();
                sleep(Duration::from_millis(50)).await;
            }
        }
        drop(listener);
        places.close();
        let open = workers.open();
        // Held until the count is taken: with it go the connections.
        let mut finish = pin!(workers.finish());
        let in_time = timeout(limits.farewell, finish.as_mut()).await;
        let cut_off = if in_time.is_ok() {
            0
        } else {
            let counts = open.iter().map(|open| open.load(Ordering::Relaxed));
            counts.sum()
        };
        Ended { cut_off }
    }
}

#[cfg(test)]
mod tests;
