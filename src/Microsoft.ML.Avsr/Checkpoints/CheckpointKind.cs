namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Which model a weights file or folder holds.</summary>
public enum CheckpointKind
{
    /// <summary>Readable tensors of a model that is not known here.</summary>
    Unknown,
    /// <summary>Whisper in Hugging Face's layout.</summary>
    HuggingFaceWhisper,
    /// <summary>Whisper in OpenAI's layout.</summary>
    OpenAiWhisper,
    /// <summary>AV-HuBERT as fairseq saves it after pre-training.</summary>
    AvHubert,
    /// <summary>AV-HuBERT as fairseq saves it after fine-tuning, with a decoder.</summary>
    AvHubertFineTuned,
    /// <summary>A Llama or Qwen language model in Hugging Face's layout.</summary>
    LanguageModel,
    /// <summary>A language model in the format of llama2.c.</summary>
    Llama2C,
    /// <summary>A LoRA adapter of PEFT.</summary>
    PeftAdapter,
    /// <summary>LoRA adapters alone, under the reference's names.</summary>
    ReferenceAdapter,
    /// <summary>A whole Llama-AVSR model: dense projectors.</summary>
    LlamaAvsr,
    /// <summary>A whole Llama-SMoP model: mixtures of projectors.</summary>
    LlamaSmop,
    /// <summary>A whole Omni-AVSR model: one projector per rate.</summary>
    OmniAvsr,
}
