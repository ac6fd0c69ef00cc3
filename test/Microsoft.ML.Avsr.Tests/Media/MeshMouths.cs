namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Mouth centres in frames of GRID, in pixels: the mean of the 20 lip points of MediaPipe's face mesh.</summary>
internal static class MeshMouths
{
    internal static readonly (string Path, int Frame, double X, double Y)[] Points =
    [
        ("clips/bbaf2n.mp4", 30, 157.9, 213.3),
        ("clips/bbal8p.mp4", 30, 167.9, 216.6),
        ("clips/bbaz4n.mp4", 30, 159.3, 204.0),
        ("clips/bbbf6n.mp4", 30, 148.0, 217.6),
        ("clips/bbbm3a.mp4", 30, 153.0, 219.8),
        ("clips/bbbs6p.mp4", 30, 161.4, 203.9),
        ("clips/bbie9s.mp4", 30, 160.7, 216.8),
        ("clips/bbil4p.mp4", 30, 161.4, 211.2),
        ("clips/bbir8p.mp4", 30, 163.1, 211.1),
        ("clips/bbizzn.mp4", 30, 157.8, 215.7),
        ("clips/bbws8n.mp4", 50, 155.3, 202.6),
        ("clips/bris3s.mp4", 50, 168.8, 204.8),
        ("clips/lbayzp.mp4", 50, 150.7, 210.5),
        ("clips/lgwg3s.mp4", 50, 155.5, 214.1),
        ("clips/lwbf5a.mp4", 50, 168.7, 198.0),
        ("clips/pbwp9a.mp4", 50, 163.6, 209.5),
        ("clips/prii7s.mp4", 50, 170.2, 208.1),
        ("clips/sbbb1a.mp4", 50, 163.8, 208.9),
        ("clips/sgwqzp.mp4", 50, 160.8, 221.0),
        ("clips/swib5a.mp4", 50, 167.1, 212.6),
        ("other-speakers/brbk7n.mp4", 20, 169.8, 224.3),
        ("other-speakers/brbk7n.mp4", 50, 169.2, 223.8),
        ("other-speakers/id2_vcd_swwp2s.mp4", 20, 173.6, 213.9),
        ("other-speakers/id2_vcd_swwp2s.mp4", 50, 173.8, 213.1),
        ("other-speakers/lbax4n.mp4", 20, 193.4, 201.3),
        ("other-speakers/lbax4n.mp4", 50, 195.2, 204.6),
        ("other-speakers/lbbc2a.mp4", 20, 188.8, 231.7),
        ("other-speakers/lbbc2a.mp4", 50, 188.4, 231.5),
    ];
}
