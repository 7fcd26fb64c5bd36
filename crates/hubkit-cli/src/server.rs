//! A mirror on a port.

mod answer;
mod connection;
mod descriptors;
mod limits;
mod patient;
mod places;
mod seen;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hubkit_mirror::Mirror;
use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{sleep, timeout},
};

pub use limits::Limits;
pub use seen::{Observer, Seen};

use answer::Answers;
use places::Places;

/// Listens on a port, to answer with a mirror.
pub struct Server {
    listener: TcpListener,
    limits: Limits,
}

/// How a server that was told to end has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// How many connections were cut off in the middle of an answer, as it took too long.
    pub cut_off: usize,
}

impl Server {
    /// Takes the port; port 0 takes any that is free.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let limits = Limits::default();
        Ok(Self { listener, limits })
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
        let Self { listener, limits } = self;
        descriptors::raise();
        let places = Places::new(limits.connections);
        let answers = Arc::new(Answers::new(mirror, observer, limits, places.clone()));
        let mut connections = JoinSet::new();
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => break,
                accepted = listener.accept() => accepted,
            };
            if let Ok((stream, address)) = accepted {
                let place = places.take();
                let answers = Arc::clone(&answers);
                connections.spawn(async move {
                    match place {
                        Some(place) => connection::serve(stream, address, place, &answers).await,
                        None => connection::turn_away(stream).await,
                    }
                });
            } else {
                // One client that gave up, or a moment without free descriptors, is no reason to end.
                places.make_room();
                sleep(Duration::from_millis(50)).await;
            }
            while connections.try_join_next().is_some() {}
        }
        drop(listener);
        places.close();
        let all = async { while connections.join_next().await.is_some() {} };
        let in_time = timeout(limits.farewell, all).await;
        let cut_off = if in_time.is_ok() {
            0
        } else {
            connections.len()
        };
        Ended { cut_off }
    }
}

#[cfg(test)]
mod tests;
