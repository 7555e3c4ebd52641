//! Shows records: the web application and its embedding in the program.
