//! From a name to a TCP connection.

use crate::deliver::Answer;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Addresses of one name that are tried.
const ADDRESSES_TRIED: usize = 4;

/// A connection to `host` within `limit`, for all of its addresses together.
pub(in crate::net) async fn tcp(
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<TcpStream, Answer> {
    let found = timeout(limit, lookup_host((host, port)))
        .await
        .map_err(|_| Answer::Timeout)?
        .map_err(|error| Answer::Unreachable(error.to_string()))?;
    let addresses: Vec<SocketAddr> = found.take(ADDRESSES_TRIED).collect();
    let mut answer = Answer::Unreachable("the name has no address".to_owned());
    for address in &addresses {
        // Each address has its share of the time, so that a dead first one leaves some.
        let share = limit / addresses.len() as u32;
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Without it each mail waits 40 ms for a delayed acknowledgement.
                tcp.set_nodelay(true).map_err(|_| Answer::Lost)?;
                return Ok(tcp);
            }
            Ok(Err(error)) => answer = Answer::Unreachable(error.to_string()),
            Err(_) => answer = Answer::Timeout,
        }
    }
    Err(answer)
}
