//! A file that an older version wrote, on its way forward.
