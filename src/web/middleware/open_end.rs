//! Ends connections whose chunked body was not read to its end. The server would go on reading such
//! a body after the answer, for as long as the client cares to send: a way to hold a connection for
//! ever. It closes instead while somebody still holds the body, so the answer does.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError};
use futures_util::Stream;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The middleware, to be the outermost one.
pub async fn open_end(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let unread = Shared(Rc::new(RefCell::new(request.take_payload())));
    let payload = Box::pin(unread.clone());
    request.set_payload(Payload::Stream { payload });
    match next.call(request).await {
        Ok(response) => {
            let response = response.map_into_boxed_body();
            Ok(response.map_body(|_, body| Holding { body, unread }.boxed()))
        }
        Err(error) => Err(Cut { error, unread }.into()),
    }
}

/// A request's body, held by its reader and by the answer.
#[derive(Clone)]
struct Shared(Rc<RefCell<Payload>>);

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

/// An answer's body that holds the request's.
struct Holding {
    body: BoxBody,
    #[expect(dead_code, reason = "held until the answer is out")]
    unread: Shared,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(cx)
    }
}

/// An error whose answer holds the request's body.
struct Cut {
    error: Error,
    unread: Shared,
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Cut {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let unread = self.unread.clone();
        let answer = self.error.error_response();
        answer.map_body(|_, body| Holding { body, unread }.boxed())
    }
}
