//! What every function needs: configuration, telemetry, clients, queues and their messages.
