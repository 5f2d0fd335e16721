"""The desk: the commune's side of the wire. Enrolment, sending, gathering answers, and `gongctl`."""
