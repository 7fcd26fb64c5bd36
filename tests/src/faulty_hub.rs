//! A hub that does what no decent hub does: for trials of what a client believes, how long it waits, and where its token
//! goes.

mod asked;
mod decent;
mod door;
mod gate;
mod log;
mod reply;
mod request;

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::{Arc, PoisonError},
    thread,
};

use anyhow::Result;

pub use asked::{Asked, Question};
pub use decent::{Asset, COMMIT, content, honest};
pub(crate) use decent::{git_digest, hex};
use door::Hung;
pub use door::{AUTHORITY, Certificate, Door};
pub use gate::Gate;
use log::Log;
pub use log::{Origin, Seen};
pub use reply::{Ending, Reply};
use request::Request;

type Rule = Box<dyn Fn(&Asked<'_>) -> Reply + Send + Sync>;

/// One way to misbehave, for one repository that bears its name.
pub struct Scenario {
    name: &'static str,
    about: &'static str,
    assets: Vec<Asset>,
    rule: Rule,
}

impl Scenario {
    /// A model `faults/NAME` of one large file, `weights.bin`, and what its hub does; `about` says so in a sentence.
    pub fn new(
        name: &'static str,
        about: &'static str,
        rule: impl Fn(&Asked<'_>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            about,
            assets: vec![Asset::large("weights.bin", content(200_000))],
            rule: Box::new(rule),
        }
    }

    /// The same with other files.
    #[must_use]
    pub fn of(mut self, assets: Vec<Asset>) -> Self {
        self.assets = assets;
        self
    }

    /// The same with a file of 24 MiB, long enough to be fetched in several parts at a time.
    #[must_use]
    pub fn large(self) -> Self {
        self.of(vec![Asset::large("weights.bin", content(24 << 20))])
    }

    /// The name, without the part before the slash.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the hub does, as a sentence.
    pub fn about(&self) -> &'static str {
        self.about
    }
}

/// A hub on one free port of 127.0.0.1, and the place where it says that bytes lie on another. Its threads end with the
/// process.
pub struct FaultyHub {
    place: Arc<Place>,
}

/// What the connections of a hub share.
struct Place {
    endpoint: String,
    elsewhere: String,
    scenario: Scenario,
    log: Log,
}

impl FaultyHub {
    /// Starts one.
    pub fn start(scenario: Scenario) -> Result<Self> {
        Self::behind(Door::Open, scenario)
    }

    /// Starts one behind a door. The other server has none.
    pub fn behind(door: Door, scenario: Scenario) -> Result<Self> {
        let (hub, elsewhere) = (
            TcpListener::bind("127.0.0.1:0")?,
            TcpListener::bind("127.0.0.1:0")?,
        );
        let place = Arc::new(Place {
            endpoint: format!("{}://{}", door.scheme(), hub.local_addr()?),
            elsewhere: format!("http://{}", elsewhere.local_addr()?),
            scenario,
            log: Log::default(),
        });
        accept(hub, &place, Origin::Hub, door.hang()?);
        accept(elsewhere, &place, Origin::Elsewhere, Hung::Open);
        Ok(Self { place })
    }

    /// The address for `HF_ENDPOINT`.
    pub fn endpoint(&self) -> &str {
        &self.place.endpoint
    }

    /// The address of the other server.
    pub fn elsewhere(&self) -> &str {
        &self.place.elsewhere
    }

    /// The repository.
    pub fn repo(&self) -> String {
        format!("faults/{}", self.place.scenario.name)
    }

    /// What the repository holds.
    pub fn assets(&self) -> &[Asset] {
        &self.place.scenario.assets
    }

    /// Every request so far, in the order of their arrival.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.place.log.seen.lock();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The requests of one kind.
    pub fn asked(&self, question: Question) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.question == question);
        seen
    }

    /// How many connections were made, those without a request included.
    pub fn connections(&self) -> usize {
        self.place.log.connections()
    }
}

fn accept(listener: TcpListener, place: &Arc<Place>, origin: Origin, door: Hung) {
    let place = Arc::clone(place);
    thread::spawn(move || {
        for client in listener.incoming().map_while(io::Result::ok) {
            place.log.connected();
            let (place, door) = (Arc::clone(&place), door.clone());
            // A connection that breaks is part of the trial.
            thread::spawn(move || converse(client, &door, &place, origin));
        }
    });
}

fn converse(client: TcpStream, door: &Hung, place: &Place, origin: Origin) -> io::Result<()> {
    let Some(mut client) = door.open(client)? else {
        return Ok(());
    };
    while let Some(request) = Request::read(&mut client)? {
        let question = Question::of(&request, origin);
        let (nth, sent) = place.log.note(&request, origin, question);
        let asked = Asked {
            request: &request,
            question,
            nth,
            place,
        };
        let reply = (place.scenario.rule)(&asked);
        if !reply.send(&mut *client, &request, &sent)? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
