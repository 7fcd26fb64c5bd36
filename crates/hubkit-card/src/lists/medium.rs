//! What goes into models and comes out.

use std::fmt;

/// What goes into a model or comes out, as a person sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Medium {
    /// Written language, and code.
    Text,
    /// A picture; a map of depths is one too.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Rows and columns.
    Tabular,
    /// Values along time.
    TimeSeries,
    /// Bodies in space: meshes, clouds of points.
    ThreeD,
    /// Nodes and edges.
    Graph,
    /// Vectors that stand for something.
    Embedding,
    /// Classes, with scores.
    Labels,
    /// Numbers that say how much: a value, a similarity, a rank.
    Number,
    /// Parts of what went in: boxes, masks, points, spans of time.
    Regions,
    /// What an agent sees of its world.
    Observation,
    /// What an agent does.
    Action,
}

impl Medium {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Text,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Tabular,
        Self::TimeSeries,
        Self::ThreeD,
        Self::Graph,
        Self::Embedding,
        Self::Labels,
        Self::Number,
        Self::Regions,
        Self::Observation,
        Self::Action,
    ];

    /// Its name in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Tabular => "tabular",
            Self::TimeSeries => "time-series",
            Self::ThreeD => "3d",
            Self::Graph => "graph",
            Self::Embedding => "embedding",
            Self::Labels => "labels",
            Self::Number => "number",
            Self::Regions => "regions",
            Self::Observation => "observation",
            Self::Action => "action",
        }
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
