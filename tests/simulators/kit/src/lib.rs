//! What the two simulators share: faults, the control routes, page layout, test pictures.
