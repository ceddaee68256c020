//! Tests of the whole service, through its public faces.
