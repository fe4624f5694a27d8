//! Merging two changes of one encrypted file.
