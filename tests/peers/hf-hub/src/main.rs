//! Fetches a model with hf-hub and prints the folder: peer-hf-hub NAMESPACE/NAME.
//! Endpoint and cache come from `HF_ENDPOINT` and `HF_HOME`.

use hf_hub::HFClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let repo = std::env::args().nth(1).ok_or("name a repository")?;
    let (namespace, name) = repo
        .split_once('/')
        .ok_or("name a repository as NAMESPACE/NAME")?;
    let folder = HFClient::new()?
        .model(namespace, name)
        .snapshot_download()
        .send()
        .await?;
    println!("{}", folder.display());
    Ok(())
}
