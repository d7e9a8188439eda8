//! HTTP: the integrations tab and its forms.
