//! The threads that answer. A connection stays on the one that it was given to: no answer waits until another thread wakes
//! up, and none looks for work elsewhere.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::{answer::Answers, connection, places::Place};

/// How many threads all workers together may use to wait for disks.
const FOR_DISKS: usize = 512;

/// A thread for each processor. Dropping this closes all connections at once.
pub(super) struct Workers(Vec<Worker>);

struct Worker {
    arrivals: mpsc::UnboundedSender<Arrived>,
    open: Arc<AtomicUsize>,
    /// Comes to its end with the thread.
    ended: oneshot::Receiver<Infallible>,
    /// Nothing is sent: while it is there, connections may stay.
    stay: oneshot::Sender<Infallible>,
}

/// A connection on its way to a worker.
pub(super) struct Arrived {
    pub(super) stream: TcpStream,
    pub(super) address: SocketAddr,
    /// `None` when it is to be turned away.
    pub(super) place: Option<Place>,
    pub(super) answers: Arc<Answers>,
}

impl Workers {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let workers = (0..count).map(|_| Worker::start((FOR_DISKS / count).max(1)));
        workers.collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the worker that has the fewest.
    pub(super) fn take(&self, arrived: Arrived) {
        let open = |worker: &&Worker| worker.open.load(Ordering::Relaxed);
        if let Some(worker) = self.0.iter().min_by_key(open) {
            worker.open.fetch_add(1, Ordering::Relaxed);
            // A worker ends when this does, and not before.
            let _ = worker.arrivals.send(arrived);
        }
    }

    /// What goes on telling how many connections are open.
    pub(super) fn open(&self) -> Vec<Arc<AtomicUsize>> {
        let open = self.0.iter().map(|worker| Arc::clone(&worker.open));
        open.collect()
    }

    /// Waits until all connections have ended, when no more will come. Dropping it closes those that are open.
    pub(super) async fn finish(self) {
        let (mut ended, mut stay) = (Vec::new(), Vec::new());
        for worker in self.0 {
            drop(worker.arrivals);
            ended.push(worker.ended);
            stay.push(worker.stay);
        }
        for ended in ended {
            let _ = ended.await;
        }
    }
}

impl Worker {
    fn start(for_disks: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(for_disks)
            .build()?;
        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (stay, leave) = oneshot::channel::<Infallible>();
        let (end, ended) = oneshot::channel::<Infallible>();
        let open = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&open);
        let work = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve(arriving, &counted) => {}
                    _ = leave => {}
                }
            });
            // A disk that does not answer keeps nobody.
            runtime.shutdown_background();
            drop(end);
        };
        thread::Builder::new()
            .name("hubkit-serve".to_owned())
            .spawn(work)?;
        Ok(Self {
            arrivals,
            open,
            ended,
            stay,
        })
    }
}

/// Serves what arrives, until nothing more can and all is answered.
async fn serve(mut arriving: mpsc::UnboundedReceiver<Arrived>, open: &Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            arrived = arriving.recv() => match arrived {
                Some(arrived) => {
                    let open = Open(Arc::clone(open));
                    connections.spawn(async move {
                        let _open = open;
                        arrived.serve().await;
                    });
                }
                None => break,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
}

impl Arrived {
    async fn serve(self) {
        let Ok(stream) = tokio::net::TcpStream::from_std(self.stream) else {
            return;
        };
        match self.place {
            Some(place) => connection::serve(stream, self.address, place, &self.answers).await,
            None => connection::turn_away(stream).await,
        }
    }
}

/// Counts as an open connection until dropped.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
