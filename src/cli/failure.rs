//! How a command fails: what happened, what to do next, and with which status.

use crate::app::AppError;
use crate::config::ConfigError;
use crate::store::StoreError;
use std::process::ExitCode;

/// A command that did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    text: String,
    status: u8,
}

impl Failure {
    /// It was tried and did not work.
    pub const fn failed(text: String) -> Self {
        Self { text, status: 1 }
    }

    /// It was called or configured wrongly.
    pub const fn usage(text: String) -> Self {
        Self { text, status: 2 }
    }

    /// Says it on stderr and gives the status.
    pub fn report(&self) -> ExitCode {
        eprintln!("otklik: {}", self.text);
        ExitCode::from(self.status)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Relay(_) => Self::usage(error.to_string()),
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(AppError::from(error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}
