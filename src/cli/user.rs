//! `otklik user`: people who use the product, from the command line.

use super::{Failure, Source};
use crate::app;
use crate::domain::address::EmailAddress;
use crate::domain::clock::random_bytes;
use crate::domain::id::UserId;
use crate::domain::viewer::Role;
use crate::password;
use crate::store::StoreError;
use crate::store::users::{self, NewUser};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;

/// Add people who use the product
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Add),
}

/// Add a user who can sign in
///
/// Without --password-stdin a password is made and printed alone on stdout.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  $ otklik user add --email ada@example.org --name Ada --role admin"
)]
struct Add {
    /// Signs in with it
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// As recipients read it
    #[arg(long)]
    name: String,
    /// What they may do: rep, marketer, manager or admin
    #[arg(long, value_parser = role)]
    role: Role,
    /// Read the password from the first line of stdin
    #[arg(long)]
    password_stdin: bool,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "must be rep, marketer, manager or admin".to_owned())
}

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let Command::Add(add) = args.command;
    let email = EmailAddress::parse(&add.email)
        .map_err(|error| Failure::usage(format!("--email {}: {error}", add.email)))?;
    let given = add.password_stdin.then(read_line).transpose()?;
    let made = given.is_none().then(made_password);
    let password = given.or_else(|| made.clone()).unwrap_or_default();
    let hash = password::hash(&password).map_err(|error| Failure::usage(error.to_string()))?;
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    let user = NewUser {
        id: UserId(ctx.clock.fresh_id()),
        email,
        name: add.name,
        role: add.role,
        team: None,
        password_hash: Some(hash),
        language: "en".to_owned(),
    };
    let mut tx = ctx.store.begin().await?;
    match users::add(&mut tx, &user, ctx.clock.now()).await {
        Ok(_) => tx.commit().await?,
        Err(StoreError::Conflict { .. }) => {
            return Err(Failure::failed(format!(
                "a user with the address {} exists already",
                user.email.as_str()
            )));
        }
        Err(error) => return Err(error.into()),
    }
    ctx.store.close().await;
    eprintln!("Added {} as {}.", user.email.as_str(), user.role.as_str());
    if let Some(password) = made {
        eprintln!("Their password, shown this once, is on stdout.");
        println!("{password}");
    }
    Ok(())
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// 96 random bits, short enough to type.
fn made_password() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<12>())
}
