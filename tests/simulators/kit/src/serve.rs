//! Serving a router on loopback, over connections that a handler can cut.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A bound loopback port that nothing is served on yet: its origin is known before the router
/// that needs it (for links to itself) is built.
pub struct Bound {
    /// `http://127.0.0.1:<port>`, without a trailing slash.
    pub origin: String,
    listener: TcpListener,
}

impl Bound {
    /// Binds `127.0.0.1:port`; 0 takes a free port.
    pub async fn bind(port: u16) -> io::Result<Self> {
        Self::from_listener(TcpListener::bind(("127.0.0.1", port)).await?)
    }

    /// Takes a listener that is bound already.
    pub fn from_listener(listener: TcpListener) -> io::Result<Self> {
        let origin = format!("http://{}", listener.local_addr()?);
        Ok(Self { origin, listener })
    }

    /// Serves the router in a task of the current runtime until the [`Server`] is dropped.
    pub fn serve(self, router: Router) -> Server {
        let stopped = Arc::new(AtomicBool::new(false));
        let listener = CuttableListener {
            listener: self.listener,
            stopped: Arc::clone(&stopped),
        };
        let service = router.into_make_service_with_connect_info::<ConnectionHandle>();
        let task = tokio::spawn(async move {
            // `axum::serve` ends only with its task: accept errors are retried inside.
            let _ = axum::serve(listener, service).await;
        });
        Server {
            origin: self.origin,
            stopped,
            task,
        }
    }
}

/// A served router. Dropping it frees the port and cuts the connections that are open.
pub struct Server {
    /// `http://127.0.0.1:<port>`, without a trailing slash.
    pub origin: String,
    stopped: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.task.abort();
    }
}

/// Found in a request's extensions (as `ConnectInfo<ConnectionHandle>`): cuts the connection
/// that the request came over.
#[derive(Clone, Debug)]
pub struct ConnectionHandle {
    cut: Arc<AtomicBool>,
}

impl ConnectionHandle {
    /// From now on no byte gets through: an answer not yet written never is.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        Self {
            cut: Arc::clone(&stream.io().cut),
        }
    }
}

struct CuttableListener {
    listener: TcpListener,
    stopped: Arc<AtomicBool>,
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Without it small answers wait for an acknowledgement; failing to set it costs only that.
        let _ = stream.set_nodelay(true);
        let stream = CuttableStream {
            stream,
            cut: Arc::new(AtomicBool::new(false)),
            stopped: Arc::clone(&self.stopped),
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

struct CuttableStream {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
}

impl CuttableStream {
    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::SeqCst) || self.stopped.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
