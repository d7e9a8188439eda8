//! What queueing theory says of the simplest case: Poisson arrivals, exponential times, so many servers, one
//! queue (M/M/c).

/// The probability that somebody who arrives has to wait (Erlang C). `load` is how many servers are busy on
/// average; it is less than their number.
pub fn waits(load: f64, servers: u32) -> f64 {
    // Erlang B by its recursion, which never meets a large number.
    let lost = (1..=servers)
        .map(f64::from)
        .fold(1.0, |lost, one| load * lost / (one + load * lost));
    let servers = f64::from(servers);
    servers * lost / (servers - load * (1.0 - lost))
}

/// How long one waits on average, in times of service.
pub fn mean_wait(load: f64, servers: u32) -> f64 {
    waits(load, servers) / (f64::from(servers) - load)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_what_is_known() {
        // One server: the probability is the load, and the wait ρ / (1 − ρ).
        assert!((waits(0.8, 1) - 0.8).abs() < 1e-12);
        assert!((mean_wait(0.8, 1) - 4.0).abs() < 1e-9);
        // Two servers: ρ² · 2 / (1 + ρ) with ρ = 0.75.
        assert!((waits(1.5, 2) - 0.642_857_142_857).abs() < 1e-9);
    }
}
