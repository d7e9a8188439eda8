//! The client against a server on the loopback interface that records what it gets.

#[cfg(test)]
mod attachments;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod front_doors;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod organizations;
#[cfg(test)]
mod server;
