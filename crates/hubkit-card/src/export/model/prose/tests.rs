use super::*;

const TEMPLATE: &str = "\
# Model Card for tiny

<!-- Provide a quick summary of what the model is/does. -->

A tiny model <!-- not this --> for tests.

## Model Details

### Model Description

<!-- Provide a longer summary of what this model is. -->

- **Developed by:** Me & them
- **Funded by [optional]:** [More Information Needed]
- **Model type:** Decoder

## Uses

### Direct Use

Tests.

### Downstream Use [optional]

[More Information Needed]

### Out-of-Scope Use

Anything else.

## Bias, Risks, and Limitations

Many.

### Recommendations

None.

## How to Get Started with the Model

```bash
pip install x
```

```python
import x
```

## Training Details

### Training Data

[More Information Needed]

### Training hyperparameters

- learning_rate: 5e-05
- optimizer: Adam with betas=(0.9,0.999)
- **Training regime:** fp32

## Environmental Impact

[More Information Needed]

> # not a heading of this text
";

#[test]
fn the_template_of_the_hub_is_read_part_by_part() {
    let prose = Prose::read(TEMPLATE);
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(
        prose,
        Prose {
            description: said("A tiny model  for tests."),
            intended_use: said(
                "### Direct Use\n\nTests.\n\n### Out-of-Scope Use\n\nAnything else."
            ),
            out_of_scope: said("Anything else."),
            limitations: said("Many.\n\n### Recommendations\n\nNone."),
            usage: said("```bash\npip install x\n```\n\n```python\nimport x\n```"),
            code: said("import x"),
            training: said(
                "### Training hyperparameters\n\n- learning_rate: 5e-05\n- optimizer: Adam with betas=(0.9,0.999)\n- **Training regime:** fp32"
            ),
            environment: said("> # not a heading of this text"),
            hyperparameters: vec![
                ("learning_rate".to_owned(), "5e-05".to_owned()),
                (
                    "optimizer".to_owned(),
                    "Adam with betas=(0.9,0.999)".to_owned()
                ),
            ],
            developed_by: said("Me & them"),
            model_type: said("Decoder"),
            ..Prose::default()
        }
    );
}

#[test]
fn the_top_of_a_text_describes_what_no_section_describes() {
    for (body, description) in [
        (
            "# T\n\n![x](y)\n\nWhat it is.\n\n## Usage\n\nx\n",
            Some("![x](y)\n\nWhat it is."),
        ),
        ("It is this.\n\n# T\n\nNot this.\n", Some("It is this.")),
        ("[![b](c)](d)\n\n# T\n\nIt is this.\n", Some("It is this.")),
        ("# T\n\n![x](y)\n\n## A\n\nb c\n", None),
        (
            "# T\n## Overview\n\n### Sub\n\nx\n## Description\nIt is.",
            Some("It is."),
        ),
        ("", None),
    ] {
        assert_eq!(
            Prose::read(body).description.as_deref(),
            description,
            "{body}"
        );
    }
}

#[test]
fn many_headings_take_no_more_time_than_their_length() {
    let mut body = String::new();
    for at in 0..40_000 {
        body.push_str("###### Usage\n");
        body.push_str(["# a\n", "## b\n", "### c\n"][at % 3]);
        body.push_str("<!-- x -->\n\n");
    }
    let prose = Prose::read(&body);
    assert_eq!(prose.usage, None);
}
