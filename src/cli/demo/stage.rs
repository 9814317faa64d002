//! Starts the demo in two acts: the past on a clock moved by hand, with only the tracked links
//! served; then the product as `serve` runs it. And takes it down again.

use super::Failure;
use crate::app::{self, App, AppError, Schema};
use crate::config::{self, Loaded};
use crate::demo::site;
use crate::demo::{self, Contacts, Credentials, DemoError, Span, Told, World};
use crate::domain::clock::{Clock, Millis, random_bytes};
use crate::shutdown::Shutdown;
use crate::web;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// How a demo is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where pages and links are served; port 0 is any free one.
    pub listen: SocketAddr,
    /// A new or empty folder for the data; `None` for one that is removed at the end.
    pub data: Option<PathBuf>,
    /// Where every draw comes from.
    pub seed: u64,
    /// Working days of history.
    pub days: usize,
    /// Where the history ends, a midnight in UTC; see `demo::workdays::end_of_last`.
    pub end: Millis,
    /// What happens once the history is written.
    pub traffic: Traffic,
}

/// What happens once the history is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// The team goes on writing and the contacts go on reacting.
    Live,
    /// Nothing by itself.
    None,
}

/// A running demo.
pub struct Demo {
    /// The product.
    pub app: App,
    /// Where its pages are.
    pub url: Url,
    /// How to sign in.
    pub credentials: Credentials,
    /// Where the data stay; `None` when they are removed.
    pub kept: Option<PathBuf>,
    around: Around,
    folder: Folder,
}

impl Demo {
    /// Waits until the product is told to stop, then stops everything and removes what is not to
    /// be kept.
    pub async fn until_stopped(self) -> Result<(), Failure> {
        let stopped = self.app.until_stopped().await;
        self.around.stop().await;
        drop(self.folder);
        Ok(stopped?)
    }
}

/// Lives through the history and opens the product on what it left; `None` when `shutdown` was
/// asked for meanwhile.
pub async fn open(
    options: Options,
    shutdown: Shutdown,
    tell: impl FnMut(Told),
) -> Result<Option<Demo>, Failure> {
    let folder = Folder::new(options.data.as_deref())?;
    let listen = options.listen;
    // Held from now on, so that nobody takes it between the acts.
    let listener = web::listen(listen).map_err(|source| AppError::Listen { listen, source })?;
    let around = Around::start()?;
    let overrides = settings(&options, &folder.path);
    let asked = shutdown.soft.clone();
    let first = listener.try_clone()?;
    // On the heap: they hold a whole application.
    let past = Box::pin(past(first, &options, &overrides, &around.site_url, tell));
    let Some(past) = asked.run_until_cancelled(past).await else {
        around.stop().await;
        return Ok(None);
    };
    let past = past?;
    let loaded = load(&overrides)?;
    let start = app::start_on(listener, loaded, Clock::System, Schema::Expect, shutdown);
    let app = Box::pin(start).await?;
    if options.traffic == Traffic::Live {
        let at = reachable(&app)?;
        let (ctx, stop) = (app.ctx.clone(), app.shutdown.soft.clone());
        let live = demo::live(ctx, past.world, past.contacts, at, options.seed, stop);
        around.tasks.spawn(live);
    }
    Ok(Some(Demo {
        url: app.ctx.settings.base_url.clone(),
        credentials: past.credentials,
        kept: options.data,
        app,
        around,
        folder,
    }))
}

/// What the history leaves.
struct Past {
    world: World,
    contacts: Contacts,
    credentials: Credentials,
}

/// Founds the organisation and lives through the history, in an application of its own that
/// serves tracked links and nothing else.
async fn past(
    listener: TcpListener,
    options: &Options,
    overrides: &[(&'static str, String)],
    site: &Url,
    tell: impl FnMut(Told),
) -> Result<Past, Failure> {
    let mut overrides = overrides.to_vec();
    overrides.push(("roles", "track".to_owned()));
    let span = Span {
        seed: options.seed,
        end: options.end,
        days: options.days,
    };
    let clock = Clock::manual(span.begin());
    let loaded = load(&overrides)?;
    let app = app::start_on(listener, loaded, clock, Schema::Migrate, Shutdown::new()).await?;
    let at = reachable(&app)?;
    let lived = async {
        let world = demo::found(&app.ctx, site).await?;
        let credentials = demo::credentials(&app.ctx, &world).await?;
        let contacts = demo::history(&app.ctx, &app.intake(), at, &world, span, tell).await?;
        Ok::<_, DemoError>((world, contacts, credentials))
    };
    let lived = lived.await;
    app.stop().await?;
    let (world, contacts, credentials) = lived?;
    Ok(Past {
        world,
        contacts,
        credentials,
    })
}

/// What the settings are, whatever the environment says: nothing may leave the machine. The mail
/// catcher is the relay.
fn settings(options: &Options, data: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("listen", options.listen.to_string()),
        ("data_dir", data.display().to_string()),
        ("catcher_listen", "127.0.0.1:0".to_owned()),
        ("lmtp_listen", "127.0.0.1:0".to_owned()),
        ("report_level", "full".to_owned()),
        // The simulated contacts come from one machine and say which addresses they stand for.
        ("trusted_proxies", "127.0.0.1/32,::1/128".to_owned()),
        ("grace_seconds", "5".to_owned()),
    ]
}

fn load(overrides: &[(&'static str, String)]) -> Result<Loaded, Failure> {
    Ok(config::load(None, [], overrides)?)
}

/// Where the simulated contacts reach `app`, also when it listens on every address.
fn reachable(app: &App) -> Result<SocketAddr, Failure> {
    let own = config::own_url(app.address);
    let found = own.socket_addrs(|| None)?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| Failure::failed(format!("{own} leads nowhere")))
}

/// What runs beside the product: the web site that its links lead to, and the people.
struct Around {
    site_url: Url,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Around {
    fn start() -> io::Result<Self> {
        let site = site::open()?;
        let around = Self {
            site_url: site.url.clone(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let served = site.serve(around.stop.clone());
        around.tasks.spawn(async move {
            if let Err(error) = served.await {
                tracing::warn!(error = %error, "the pages that links lead to are not served");
            }
        });
        Ok(around)
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The data folder; one of our own is removed when dropped.
struct Folder {
    path: PathBuf,
    is_ours: bool,
}

impl Folder {
    fn new(asked: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = asked else {
            let name = format!("otklik-demo-{:016x}", u64::from_le_bytes(random_bytes()));
            return Ok(Self {
                path: std::env::temp_dir().join(name),
                is_ours: true,
            });
        };
        let is_empty = match std::fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => {
                return Err(Failure::failed(format!(
                    "the folder {} cannot be read: {error}",
                    path.display()
                )));
            }
        };
        if !is_empty {
            return Err(Failure::usage(format!(
                "the folder {} is not empty. A demo begins afresh: give --data a new folder, or \
                 run otklik serve with OTKLIK_DATA_DIR on this one",
                path.display()
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            is_ours: false,
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_ours {
            // The system clears its temporary folder one day.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Store(error) => Self::from(AppError::from(error)),
            _ => Self::failed(error.to_string()),
        }
    }
}
