//! How the process is asked to stop: first softly, then hard.
//!
//! After the first SIGTERM or Ctrl-C nothing new is begun: no claim, no connection; what is under
//! way ends. After the second, or when the grace is over, it is cut off; a mail cut off after its
//! body left is `uncertain`, never lost.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The two tokens. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// Begin nothing new.
    pub soft: CancellationToken,
    /// Stop where you are.
    pub hard: CancellationToken,
}

impl Shutdown {
    /// Neither is asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the soft stop.
    pub fn ask(&self) {
        self.soft.cancel();
    }

    /// Asks for the hard stop, and with it for the soft one.
    pub fn insist(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Listens for signals for the rest of the process's life. The second one ends the process at
    /// once with status 1, whatever hangs.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let mut signals = Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        };
        let shutdown = self.clone();
        tokio::spawn(async move {
            signals.next().await;
            tracing::info!("stopping; a second signal stops at once");
            shutdown.ask();
            signals.next().await;
            tracing::warn!("stopped at once by a second signal");
            shutdown.insist();
            std::process::exit(1);
        });
        Ok(())
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
