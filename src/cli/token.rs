//! `otklik token`: API tokens, from the command line.

use super::{Failure, Source};
use crate::app;
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::clock::random_bytes;
use crate::domain::id::TokenId;
use crate::domain::secret::Secret;
use crate::store::{tokens, users};
use clap::Subcommand;

/// Make tokens for the API
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(Create),
}

/// Make a token and print it alone on stdout
///
/// It is shown this once: only a hash of it is kept. It may do what its user may.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  $ otklik token create --user ada@example.org --name crm > token.txt"
)]
struct Create {
    /// Whose it is, by e-mail address
    #[arg(long, value_name = "ADDRESS")]
    user: String,
    /// What it is for
    #[arg(long)]
    name: String,
}

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let Command::Create(create) = args.command;
    let email = EmailAddress::parse(&create.user)
        .map_err(|error| Failure::usage(format!("--user {}: {error}", create.user)))?;
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    let token = issue(&ctx, &email, &create.name).await?;
    ctx.store.close().await;
    println!("{token}");
    Ok(())
}

async fn issue(ctx: &Ctx, email: &EmailAddress, name: &str) -> Result<String, Failure> {
    let Some(user) = users::lookup_email(&ctx.store, email).await? else {
        return Err(Failure::failed(format!(
            "there is no user with the address {}; add one with otklik user add",
            email.as_str()
        )));
    };
    let secret = Secret::new(ctx.clock.fresh_id(), random_bytes());
    let mut tx = ctx.store.begin().await?;
    let id = TokenId(secret.id());
    tokens::add(&mut tx, id, user.id, name, &secret.hash(), ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(secret.token_text())
}
