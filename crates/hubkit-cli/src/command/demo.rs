//! `hubkit demo`.

mod steps;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use hubkit::{Environment, Hub};

use crate::{
    args::{Demo, Global},
    demo_hub::{self, DATASET, GATED, MODEL, TOKEN},
    exit::Exit,
    failure::Failure,
    server::{Observer, Seen, Server},
    ui::data,
};

/// What the hub was asked since the last look.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    /// Those that were not shown yet.
    new: Vec<Seen>,
    total: usize,
}

impl Asked {
    fn observer(&self) -> Observer {
        let asked = self.clone();
        Arc::new(move |seen| {
            let mut requests = asked.requests();
            requests.new.push(seen.clone());
            requests.total += 1;
        })
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The demo as it goes: what it prints, and what it looks at.
struct Stage<'a> {
    asked: Asked,
    url: String,
    cache: &'a Path,
    quiet: bool,
}

impl Stage<'_> {
    fn say(&self, line: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { data(line) }
    }

    /// Prints what the hub was asked since the last time.
    fn show_asked(&self) -> Result<(), Failure> {
        let new = std::mem::take(&mut self.asked.requests().new);
        for seen in new {
            let range = seen
                .range
                .map(|range| format!("  {range}"))
                .unwrap_or_default();
            self.say(&format!(
                "   asked     {} {}{range}  ->  {}",
                seen.method, seen.path, seen.status
            ))?;
        }
        Ok(())
    }

    /// How many requests there were in all.
    fn requests(&self) -> usize {
        self.asked.requests().total
    }

    /// The ordinary client, told by variables of its own: nothing of the user's is read or written.
    fn hub(&self, token: Option<&str>) -> Result<Hub, Failure> {
        let mut variables = BTreeMap::from([
            ("HF_ENDPOINT".to_owned(), self.url.clone()),
            ("HF_HOME".to_owned(), self.cache.display().to_string()),
        ]);
        variables.extend(token.map(|token| ("HF_TOKEN".to_owned(), token.to_owned())));
        let environment =
            Environment::from_variables(&variables, None).map_err(hubkit::HubError::from)?;
        Ok(Hub::builder(environment)
            .user_agent("hubkit-demo")
            .build()?)
    }
}

pub(crate) async fn run(global: &Global, arguments: &Demo) -> Result<Exit, Failure> {
    refuse_options(global)?;
    let start = Instant::now();
    let asked = Asked::default();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let server = Server::bind(address).await.map_err(|error| {
        Failure::new(
            Exit::Network,
            "listen",
            format!("can't listen on {address}: {error}"),
        )
        .hint("choose another port with `--port`, 0 for any that is free")
    })?;
    let url = server.url()?;
    let endpoint = url
        .parse()
        .expect("the address of a listener is one of a hub");
    let mirror = demo_hub::mirror().with_endpoint(endpoint);
    let serving = tokio::spawn(server.run(mirror, Some(asked.observer()), std::future::pending()));
    let cache = tempfile::Builder::new().prefix("hubkit-demo-").tempdir()?;
    let stage = Stage {
        asked,
        url: url.clone(),
        cache: cache.path(),
        quiet: global.quiet,
    };
    stage.say("hubkit demo: the way of an asset, on a hub inside this program")?;
    stage.say(&format!(
        "hub at {url}, cache in {}\n",
        cache.path().display()
    ))?;
    let totals = steps::walk(&stage).await?;
    stage.say("")?;
    data(&format!(
        "done in {:.2} s: {} requests, {} files verified, {} bytes moved, {} tensors readable",
        start.elapsed().as_secs_f32(),
        totals.requests,
        totals.verified,
        totals.bytes,
        totals.tensors
    ))?;
    if !arguments.keep {
        serving.abort();
        return Ok(Exit::Done);
    }
    keep(&stage)?;
    match serving.await {
        Ok(_) => Ok(Exit::Done),
        Err(error) => Err(Failure::new(Exit::Bug, "server", error.to_string())),
    }
}

/// The demo brings its own hub, cache and tokens, and shows them to people.
fn refuse_options(global: &Global) -> Result<(), Failure> {
    let given = [
        ("--format json", global.format.is_json()),
        ("--endpoint", global.endpoint.is_some()),
        ("--token", global.token.is_some()),
        ("--cache-dir", global.cache_dir.is_some()),
        ("--offline", global.offline),
        ("--allow-insecure", global.allow_insecure),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Failure::usage(format!("the demo takes no `{option}`"))
            .hint("it brings a hub, a cache and tokens of its own; `hubkit download` takes the option")),
        None => Ok(()),
    }
}

fn keep(stage: &Stage<'_>) -> Result<(), Failure> {
    let url = &stage.url;
    data(&format!(
        "\nthe hub stays at {url}; ctrl-c ends it. Point others at it:\n"
    ))?;
    data(&format!("  HF_ENDPOINT={url} hubkit download {MODEL}"))?;
    data(&format!(
        "  HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1 hf download {DATASET} --repo-type dataset"
    ))?;
    data(&format!(
        "  HF_ENDPOINT={url} HF_TOKEN={TOKEN} hubkit download {GATED}"
    ))?;
    let python =
        format!("from transformers import AutoModel; print(AutoModel.from_pretrained('{MODEL}'))");
    data(&format!(
        "  HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1 python -c \"{python}\""
    ))
}
