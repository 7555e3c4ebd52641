//! Answers questions: language, plan, execution, live tail, correlation, the HTTP interface.
