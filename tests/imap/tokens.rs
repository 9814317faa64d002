//! A mailbox is connected at its provider, its token is refreshed ahead of its end by one at a time,
//! and a permission that is gone stops it until its owner connects it again.

use crate::mailbox::{New, access, add, number, readers};
use crate::provider::{Provider, Says};
use crate::support::engines::Engine;
use crate::support::world::{ctx, letter, rep, settings};
use otklik::accept;
use otklik::access::{
    AccessError, ConsentError, Next, Sending, begin, check_imap, finish, token, try_both,
};
use otklik::config::{OAuthApp, OAuthApps};
use otklik::ctx::Ctx;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::id::SessionId;
use otklik::domain::mailbox::Profile;
use otklik::domain::viewer::Viewer;
use otklik::net::imap::{Connector, Timeouts};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::mailbox_access::{AccessState, tokens};
use otklik::store::mailboxes::{self, Mailbox};
use otklik::work::send::Sender;
use secrecy::ExposeSecret as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

struct World {
    ctx: Ctx,
    provider: Provider,
    mailbox: Mailbox,
    viewer: Viewer,
    session: SessionId,
}

impl World {
    async fn new(engine: Engine, profile: Profile) -> Self {
        let provider = Provider::start().await;
        let app = OAuthApp {
            client_id: "our-client".to_owned(),
            client_secret: Some("our-secret".to_owned().into()),
            auth_url: "https://id.example/auth".parse().unwrap(),
            token_url: provider.token_url.parse().unwrap(),
        };
        let mut set = settings(None);
        set.oauth = OAuthApps {
            google: Some(app.clone()),
            microsoft: Some(app),
        };
        let ctx = ctx(engine, set).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let new = New {
            address: "rita@seller.example",
            owner: Some(viewer.user),
            profile,
            smtp_url: Some(format!("smtp://{}", provider.smtp)),
            imap_url: Some(format!("imap://{}", provider.imap)),
            password: None,
            sent: None,
            excluded: &[],
        };
        let mailbox = add(&ctx, new).await;
        let session = SessionId(ctx.clock.fresh_id());
        Self {
            ctx,
            provider,
            mailbox,
            viewer,
            session,
        }
    }

    /// Leaves for the consent page; gives the state that comes back.
    async fn leave(&self) -> String {
        let kind = self.mailbox.data.profile.provider().unwrap();
        let page = begin(&self.ctx, self.session, &self.mailbox, kind).await;
        let page: url::Url = page.unwrap().parse().unwrap();
        let state = page.query_pairs().find(|(name, _)| name == "state");
        state.unwrap().1.into_owned()
    }

    async fn come_back(&self, session: SessionId, state: &str) -> Result<(), ConsentError> {
        let mailbox = self.mailbox().await;
        let done = finish(&self.ctx, session, state, "the-code", async |_| {
            Ok(Some(mailbox))
        });
        done.await.map(|_| ())
    }

    async fn mailbox(&self) -> Mailbox {
        let found = mailboxes::by_no(&self.ctx.store, self.mailbox.no).await;
        found.unwrap().unwrap()
    }

    async fn token(&self) -> Result<String, AccessError> {
        let found = token(&self.ctx, &self.mailbox, None).await?;
        Ok(found.unwrap().expose_secret().to_owned())
    }

    fn asked(&self) -> usize {
        self.provider.asked.lock().unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_is_good_once_in_time_and_for_the_session_that_left() {
    for engine in Engine::BOTH {
        let world = World::new(engine, Profile::Google).await;
        let stranger = SessionId(world.ctx.clock.fresh_id());
        let state = world.leave().await;
        let refused = world.come_back(stranger, &state).await;
        assert!(matches!(refused, Err(ConsentError::State)));
        let refused = world.come_back(world.session, &state).await;
        assert!(matches!(refused, Err(ConsentError::State)), "it is used up");
        let late = world.leave().await;
        world.ctx.clock.advance(11 * MINUTE_MS);
        let refused = world.come_back(world.session, &late).await;
        assert!(matches!(refused, Err(ConsentError::State)));
        assert_eq!(world.asked(), 0);
        let state = world.leave().await;
        world.come_back(world.session, &state).await.unwrap();
        let form = world.provider.asked.lock().unwrap()[0].clone();
        assert!(form.contains("grant_type=authorization_code"), "{form}");
        assert!(form.contains("code=the-code") && form.contains("code_verifier="));
        assert_eq!(world.token().await.unwrap(), "token-1");
        // Nothing of it can be read from the database, and the way back is forgotten.
        let kept = tokens::lookup(&world.ctx.store, world.mailbox.no).await;
        let kept = kept.unwrap().unwrap();
        let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(!holds(&kept.access, b"token-1"));
        assert!(!holds(&kept.refresh.unwrap(), b"refresh-1"));
        let left = "SELECT COUNT(*) FROM oauth_states";
        assert_eq!(number(&world.ctx.store, left).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_ahead_of_its_end_by_one_at_a_time() {
    for engine in Engine::BOTH {
        let world = World::new(engine, Profile::Microsoft).await;
        let state = world.leave().await;
        world.come_back(world.session, &state).await.unwrap();
        world.ctx.clock.advance(54 * MINUTE_MS);
        assert_eq!(world.token().await.unwrap(), "token-1");
        // Within five minutes of its end: whoever comes meanwhile takes the one that is still good.
        world.ctx.clock.advance(2 * MINUTE_MS);
        let tokens = futures_util::future::join_all((0..8).map(|_| world.token())).await;
        assert_eq!(world.asked(), 2, "{engine:?}: one refresh for all");
        assert!(tokens.iter().all(Result::is_ok));
        assert_eq!(world.token().await.unwrap(), "token-2");
        let form = world.provider.asked.lock().unwrap()[1].clone();
        assert!(form.contains("refresh_token=refresh-1"), "{form}");
        // Past its end everybody waits for the one.
        world.ctx.clock.advance(120 * MINUTE_MS);
        let tokens = futures_util::future::join_all((0..8).map(|_| world.token())).await;
        assert_eq!(world.asked(), 3, "{engine:?}");
        for token in tokens {
            assert_eq!(token.unwrap(), "token-3");
        }
        // A provider that is down takes nothing away.
        *world.provider.says.lock().unwrap() = Says::ServerError;
        world.ctx.clock.advance(57 * MINUTE_MS);
        assert_eq!(world.token().await.unwrap(), "token-3");
        world.ctx.clock.advance(10 * MINUTE_MS);
        assert!(matches!(world.token().await, Err(AccessError::Later(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_permission_holds_the_queue_with_its_reason_until_it_is_given_again() {
    for engine in Engine::BOTH {
        let world = World::new(engine, Profile::Google).await;
        let (ctx, provider) = (&world.ctx, &world.provider);
        let state = world.leave().await;
        world.come_back(world.session, &state).await.unwrap();
        let connector = Connector::new(Timeouts::all(Duration::from_secs(5)));
        let set = access(ctx, &world.mailbox).await.data;
        let found = check_imap(ctx, &connector, &world.mailbox, &set)
            .await
            .unwrap();
        assert!(found.is_oauth && found.folders == 1);
        readers(ctx).step().await.unwrap();
        assert_eq!(
            access(ctx, &world.mailbox).await.state,
            AccessState::Connected
        );

        let send = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
        let post = async || {
            let mut new = letter("anna@buyer.example");
            new.mailbox = Some(world.mailbox.id);
            accept::accept(ctx, &world.viewer, new).await.unwrap();
        };
        post().await;
        send.step().await.unwrap();
        assert_eq!(provider.mails.load(Ordering::SeqCst), 1);
        // Taken back before its time: the refusal brings a fresh one, and the mail goes.
        *provider.good.lock().unwrap() = "another".to_owned();
        post().await;
        send.step().await.unwrap();
        assert_eq!(provider.mails.load(Ordering::SeqCst), 2, "{engine:?}");
        // Taken back for good.
        *provider.good.lock().unwrap() = "another".to_owned();
        *provider.says.lock().unwrap() = Says::InvalidGrant;
        post().await;
        send.step().await.unwrap();
        assert_eq!(provider.mails.load(Ordering::SeqCst), 2);
        let reason = world.mailbox().await.data.paused_reason.unwrap();
        assert!(reason.contains("connect the mailbox again"), "{reason}");
        let standing = access(ctx, &world.mailbox).await;
        assert_eq!(standing.state, AccessState::Reconnect);
        let asked = world.asked();
        readers(ctx).step().await.unwrap();
        send.step().await.unwrap();
        assert_eq!(world.asked(), asked, "nobody asks again by themselves");
        // Given again: what waited goes.
        *provider.says.lock().unwrap() = Says::Token;
        let state = world.leave().await;
        world.come_back(world.session, &state).await.unwrap();
        assert_eq!(world.mailbox().await.data.paused_reason, None);
        send.step().await.unwrap();
        assert_eq!(provider.mails.load(Ordering::SeqCst), 3, "{engine:?}");
        readers(ctx).step().await.unwrap();
        assert_eq!(
            access(ctx, &world.mailbox).await.state,
            AccessState::Connected
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_both_sign_ins_the_one_that_fails_is_named_with_what_to_do() {
    let world = World::new(Engine::Sqlite, Profile::Google).await;
    let state = world.leave().await;
    world.come_back(world.session, &state).await.unwrap();
    let tried = async || {
        let mailbox = world.mailbox().await;
        let set = access(&world.ctx, &mailbox).await.data;
        let patience = Duration::from_secs(20);
        let tried = try_both(&world.ctx, &mailbox, Some(&set), patience).await;
        tried.unwrap()
    };
    let both = tried().await;
    assert!(both.reading.unwrap().is_oauth);
    assert!(matches!(both.sending, Ok(Sending::Own(found)) if found.is_oauth));

    // Nobody listens where it sends: reading works all the same.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let away = format!("smtp://{}", closed.local_addr().unwrap());
    drop(closed);
    let mailbox = world.mailbox().await;
    let data = mailboxes::MailboxData {
        smtp_url: Some(away),
        ..mailbox.data.clone()
    };
    let mut tx = world.ctx.store.begin().await.unwrap();
    mailboxes::update(&mut tx, mailbox.id, &data).await.unwrap();
    tx.commit().await.unwrap();
    let one = tried().await;
    assert!(one.reading.is_ok());
    assert_eq!(one.sending.unwrap_err().next, Next::Later);

    // The provider takes another token by now.
    "another".clone_into(&mut world.provider.good.lock().unwrap());
    assert_eq!(tried().await.reading.unwrap_err().next, Next::ConnectAgain);
}
