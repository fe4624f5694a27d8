mod files;
mod trees;
